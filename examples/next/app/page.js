import { ConnectionStatusIndicator, RoomProvider } from 'tutti/react';
import { Songs, Text } from './song.js';

/** A component of the server: what it takes of `tutti/react` is the browser's, and rendered here as it begins. */
export default function Page() {
  return (
    <main>
      <h1>Hello from the application</h1>
      <Songs>
        <ConnectionStatusIndicator />
        <RoomProvider id="song:42">
          <Text />
        </RoomProvider>
      </Songs>
    </main>
  );
}
