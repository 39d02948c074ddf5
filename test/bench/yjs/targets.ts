import { fromBase64, toBase64 } from '../../../shared/documents/yjs/base64.ts';
import { readUpdate } from '../../../shared/documents/yjs/update.ts';
import type { ClientToServerEvents, ServerPayload, ServerToClientEvents } from '../../../shared/events.ts';
import { jwtSecret, node, startProcess } from '../../support/process.ts';
import { updateOf } from '../../support/yjsUpdates.ts';
import { clientIdOf } from '../crowd.ts';
import { hear } from '../hearing.ts';
import { onCore } from '../machine.ts';
import { install, installed } from '../others.ts';
import { type Client, credentials, deploy, type Observer, type Seat, type Target, withoutLimits } from '../target.ts';
import { Wire } from '../wire.ts';
import { YjsSocket } from './socket.ts';

/** Where the other servers are, once they are installed. */
const servers = 'test/bench/yjs/servers';

/** How an update gets to a server, and back from it. */
export interface Way {
  send(update: Uint8Array, sequence: number): void;
  received(): { bytes: number; messages: number };
  close(): void;
}

/** Resolves with a way into a room. */
type Open = (url: string, seat: Seat, hear: (update: Uint8Array) => void, refused: Observer['refused']) => Promise<Way>;

/** A server of Yjs. */
interface YjsTarget extends Target {
  open: Open;
}

function target(server: string, environment: () => NodeJS.ProcessEnv, open: Open): YjsTarget {
  const command = [...onCore(0), ...node, `${servers}/${server}.js`];
  return {
    open,
    async start(given = {}) {
      if (!installed(servers)) install(servers, 'Hocuspocus and y-websocket');
      return deploy('alone', () => startProcess(command, { ...environment(), ...given }));
    },
    async enter(url, user_id) {
      return open(url, { client_id: user_id, room_id: 'note:0' }, ignore, ignore);
    },
    async connect(url, seat, observer) {
      const hear = (update: Uint8Array) => {
        for (const { client, from, to } of readUpdate(update).runs)
          for (let clock = from; clock < to; clock++) observer.arrived(nameOf(client), clock + 1);
      };
      return typist(await open(url, seat, hear, observer.refused), numberOf(seat.client_id));
    },
  };
}

/** Each types a text of its own, from its beginning to its end. */
function typist({ send, received, close }: Way, client: number): Client {
  return {
    type: (sequence) => send(keystroke(client, sequence), sequence),
    move: ignore,
    tell: ignore,
    received,
    close,
  };
}

/** The `sequence`th letter of a Yjs client. */
export function keystroke(client: number, sequence: number): Uint8Array {
  return updateOf(client, sequence - 1, [sequence > 1 ? { left: [client, sequence - 2] } : {}]);
}

/** A client_id, of which the room and the member are the first two numbers, as a Yjs client; and back. */
const most = 1_000;
export function numberOf(client_id: string): number {
  const [room = 0, member = 0] = client_id.split('-').map((digits) => Number.parseInt(digits, 16));
  return room * most + member + 1;
}
function nameOf(client: number): string {
  return clientIdOf(Math.floor((client - 1) / most), (client - 1) % most);
}

function ignore(): void {}

/** With the frames that `tutti/yjs` asks for. */
const tutti = target(
  'tutti',
  () => ({ ...withoutLimits(), HOST: '127.0.0.1', PORT: '0', JWT_SECRET: jwtSecret, DRAIN_MS: '0' }),
  async (url, { client_id, room_id }, onUpdate, refused) => {
    const asks = { ...credentials(client_id, 'note'), compact: 1 };
    const wire = await Wire.open<ServerToClientEvents, ClientToServerEvents>(url, asks);
    const updated = ({ operations }: ServerPayload<'collaboration_update'>) => {
      for (const { operation } of operations) onUpdate(fromBase64(String(operation)));
    };
    hear(wire, { updated }, refused);
    wire.on('error', ({ message }) => refused(message));
    wire.onClose(() => refused('the connection was closed'));
    const joined = await wire.ask('join_room', { room_id, client_id });
    if (!joined.ok) throw new Error(joined.error.message);
    return {
      send: (update, sequence) =>
        wire.emit('collaboration_operation', { room_id, operation: toBase64(update), revision: 0, sequence }),
      received: () => wire,
      close: () => wire.close(),
    };
  },
);

/** A server that speaks y-protocols. */
function other(server: string, address: (room_id: string) => { path: string; document?: string }): YjsTarget {
  return target(
    server,
    () => ({}),
    async (url, { room_id }, onUpdate, refused) => {
      const { path, ...document } = address(room_id);
      const onClose = () => refused('the connection was closed');
      const options = { url: url.replace('http', 'ws') + path, ...document, hasToken: server === 'hocuspocus' };
      const socket = await YjsSocket.open({ ...options, onUpdate, onClose });
      return { send: (update) => socket.send(update), received: () => socket, close: () => socket.close() };
    },
  );
}

export const yjsTargets = {
  'tutti, Yjs': tutti,
  hocuspocus: other('hocuspocus', (document) => ({ path: '/', document })),
  'y-websocket': other('yWebsocket', (room_id) => ({ path: `/${room_id}` })),
};
