/** The page: a song at /song/<id>, a session at /session/<id>. At / it is the song that was open last. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { parseRoomId } from '../../shared/rooms.ts';
import { connect } from '../index.ts';
import { Colors } from './people/colors.ts';
import { PlaceContext } from './place.ts';
import { SessionPage } from './session/sessionPage.tsx';
import { SongPage } from './song/songPage.tsx';
import { fetchToken, takeToken } from './visit/access.ts';
import { visited } from './visit/songs.ts';
import { findVisitor } from './visit/visitor.ts';

takeToken();
if (location.pathname === '/') {
  const last = visited().find(({ path }) => path.startsWith('/song/'));
  history.replaceState(
    null,
    '',
    location.hash ? `/song/auld-lang-syne${location.hash}` : (last?.path ?? '/song/auld-lang-syne'),
  );
}
// Another link to the same room: it may let one do something else.
addEventListener('hashchange', () => location.reload());

const [, kind = 'song', id = ''] = location.pathname.split('/');
const visitor = await findVisitor();
const client = connect(location.origin, { token: () => fetchToken(visitor) });
const room = client.room(parseRoomId(`${kind}:${id}`));
addEventListener('beforeunload', (event) => {
  if (client.hasUnsent) event.preventDefault();
});

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <PlaceContext value={{ client, room, visitor, colors: new Colors(room, visitor.color) }}>
      {kind === 'session' ? <SessionPage /> : <SongPage />}
    </PlaceContext>
  </StrictMode>,
);
