/** The page: a song at /song/<id>, a session at /session/<id>. At / it is the song that was open last. All under a base. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { parseRoomId } from '../../shared/rooms.ts';
import { Client, sessions } from '../index.ts';
import { RoomProvider, TuttiProvider } from '../react/index.ts';
import { Room } from './room.tsx';
import { basePath, namespace, socketPath } from './server.ts';
import { fetchToken, isNamed, onSignedOut, takeToken } from './visit/access.ts';
import { visited } from './visit/songs.ts';
import { findVisitor, visitorGreeted } from './visit/visitor.ts';

takeToken();
if (location.pathname === basePath || location.pathname === `${basePath}/`) {
  const last = visited().find(({ path }) => path.startsWith(`${basePath}/song/`));
  history.replaceState(null, '', last?.path ?? `${basePath}/song/auld-lang-syne`);
}
// Another link to the same room: it may let one do something else.
addEventListener('hashchange', () => location.reload());

const visitor = await findVisitor();
const client = new Client(location.origin, {
  socketPath,
  namespace,
  token: () => fetchToken(visitor),
  documents: [sessions],
});
client.on('connected', visitorGreeted);
// What is unsent stays, and is asked about before the page goes.
const leave = () => client.forget().finally(() => location.reload());
if (isNamed()) onSignedOut(() => leave().catch(() => {}));
addEventListener('beforeunload', (event) => {
  if (client.hasUnsent) event.preventDefault();
});

const [, kind, id] = location.pathname.slice(basePath.length).split('/');
createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <TuttiProvider client={client}>
      <RoomProvider id={parseRoomId(`${kind}:${id}`)}>
        <Room visitor={visitor} />
      </RoomProvider>
    </TuttiProvider>
  </StrictMode>,
);
