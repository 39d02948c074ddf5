'use client';
import { Client } from 'tutti/client';
import { RoomProvider, TuttiProvider, useText } from 'tutti/react';

const client = new Client(location.origin, {
  basePath: '/tutti',
  token: async () => (await fetch('/token')).text(),
});

function Text() {
  return <textarea aria-label="Song" rows="12" {...useText()} />;
}

export default function Song() {
  return (
    <TuttiProvider client={client}>
      <RoomProvider id="song:42">
        <Text />
      </RoomProvider>
    </TuttiProvider>
  );
}
