/**
 * The page: a song at /song/<id>, a session at /session/<id>, a set list at /setlist/<id>. At / it is the song that was open
 * last. All under a base.
 */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Client, sessions } from '../index.ts';
import { RoomProvider, TuttiProvider } from '../react/index.ts';
import { addressOf } from './address.ts';
import { Boundary, BrokenPage, BrokenRoom } from './frame/boundary.tsx';
import { stayAboveKeyboard } from './frame/keyboard.ts';
import { Nowhere } from './frame/nowhere.tsx';
import { keepForOffline, reloadForNewer } from './offline/register.ts';
import { Room } from './room.tsx';
import { basePath, namespace, socketPath } from './server.ts';
import { setlists } from './setlist/setlist.ts';
import { talks } from './talk/talks.ts';
import { speak } from './texts/t.ts';
import { fetchToken, isNamed, letInByToken, onSignedOut, takeToken, turnBack } from './visit/access.ts';
import { visited } from './visit/visited.ts';
import { findVisitor, type Visitor, visitorGreeted } from './visit/visitor.ts';

const root = createRoot(document.getElementById('root') as HTMLElement);
takeToken();
if (location.pathname === basePath || location.pathname === `${basePath}/`) {
  const last = visited.all().find(({ path }) => path.startsWith(`${basePath}/song/`));
  history.replaceState(null, '', last?.path ?? `${basePath}/song/auld-lang-syne`);
}
const address = addressOf(location.pathname.slice(basePath.length));
await speak(navigator.languages);
keepForOffline();
if ('meant' in address) root.render(<Nowhere {...address} />);
else await open(address);

/** Shows a room, however its address was typed. */
async function open({ room_id, path }: { room_id: string; path: string }): Promise<void> {
  if (location.pathname !== basePath + path) history.replaceState(null, '', basePath + path + location.hash);
  stayAboveKeyboard();
  // Another link to the same room: it may let one do something else.
  addEventListener('hashchange', () => location.reload());
  const visitor = await findVisitor();
  root.render(
    <StrictMode>
      <Boundary otherwise={() => <BrokenPage />}>
        <TuttiProvider client={clientOf(visitor)}>
          <RoomProvider id={room_id}>
            <Boundary otherwise={(tryAgain) => <BrokenRoom onTryAgain={tryAgain} />}>
              <Room visitor={visitor} />
            </Boundary>
          </RoomProvider>
        </TuttiProvider>
      </Boundary>
    </StrictMode>,
  );
}

function clientOf(visitor: Visitor): Client {
  const client = new Client(location.origin, {
    socketPath,
    namespace,
    token: () => fetchToken(visitor),
    documents: [sessions, setlists, talks],
  });
  client.on('connected', () => {
    visitorGreeted();
    letInByToken();
  });
  client.on('state', ({ refusal }) => {
    if (refusal?.error_code === 'unauthorized' && turnBack()) queueMicrotask(() => client.retryNow());
  });
  reloadForNewer(client);
  // What is unsent stays, and is asked about before the page goes.
  const leave = () => client.forget().finally(() => location.reload());
  if (isNamed()) onSignedOut(() => leave().catch(() => {}));
  addEventListener('beforeunload', (event) => {
    if (client.hasUnsent) event.preventDefault();
  });
  return client;
}
