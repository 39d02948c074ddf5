import { io, type Socket } from 'socket.io-client';
import type { ClientToServerEvents, ServerPayload, ServerToClientEvents } from '../../shared/events.ts';
import { jwtSecret, startProcess, startServer } from '../support/process.ts';
import { hear } from './hearing.ts';
import { keystroke } from './keystroke.ts';
import { onCore } from './machine.ts';
import type { RelayClientEvents, RelayServerEvents } from './relay.ts';
import { sharedb } from './sharedb/target.ts';
import { credentials, deploy, type Target, withoutLimits } from './target.ts';
import { Wire } from './wire.ts';
import { yjsTargets } from './yjs/targets.ts';

export type TuttiSocket = Socket<ServerToClientEvents, ClientToServerEvents>;

/** A bare relay: alone, or with the Redis adapter; one that checks tokens, or lets everyone in. */
function relay(instances: number | 'alone', { checks } = { checks: false }): Target {
  const command = [...onCore(0), process.execPath, '--import', 'tsx', 'test/bench/relay.ts'];
  const secret = checks ? { JWT_SECRET: jwtSecret } : {};
  const enter = (url: string, user_id: string) =>
    Wire.open<RelayServerEvents, RelayClientEvents>(url, checks ? credentials(user_id) : {});
  return {
    start: (given = {}) =>
      deploy(instances, (environment) => startProcess(command, { ...secret, ...given, ...environment })),
    enter,

    async connect(url, { client_id, room_id }, observer) {
      const wire = await enter(url, client_id);
      let revision = 0;
      wire.on('operation', (payload) => {
        revision += 1;
        observer.arrived(payload.client_id, payload.sequence);
      });
      wire.on('cursor', (payload) => observer.moved(payload.client_id, payload.position));
      wire.onClose(() => observer.refused('the connection was closed'));
      await wire.ask('join', room_id);
      return {
        type(sequence) {
          wire.emit('operation', { room_id, client_id, operation: keystroke(revision), revision, sequence });
        },
        move(sequence) {
          wire.emit('cursor', { room_id, client_id, position: sequence, revision });
        },
        tell: () => wire.emit('tell', { room_id, is_typing: false }),
        received: () => wire,
        close: () => wire.close(),
      };
    },
  };
}

/** The newest revision of each room that a client of this process has heard of. */
const heads = new Map<string, number>();

/** This server: with everything that it does for an operation, and without limits on how many. */
function tutti(instances: number | 'alone', options: { callback: boolean; compact?: true }): Target {
  const asks = options.compact && { compact: 1 };
  const enter = (url: string, user_id: string) =>
    Wire.open<ServerToClientEvents, ClientToServerEvents>(url, { ...credentials(user_id), ...asks });
  return {
    start: (given = {}) =>
      deploy(instances, (environment) => startServer({ ...withoutLimits(), ...given, ...environment }, onCore(0))),
    enter,

    async connect(url, { client_id, room_id, deaf }, observer) {
      const wire = await enter(url, client_id);
      const knows = (revision: number) => heads.set(room_id, Math.max(revision, heads.get(room_id) ?? 0));
      let revision = 0;
      const updated = (update: ServerPayload<'collaboration_update'>) => {
        revision = update.revision + update.operations.length;
        knows(revision);
        for (const { client_id, sequence = 0 } of update.operations) observer.arrived(client_id, sequence);
      };
      const moved = ({ cursors }: ServerPayload<'cursor_moved'>) => {
        for (const { client_id, position } of cursors) observer.moved(client_id, Number(position));
      };
      if (!deaf) hear(wire, { updated, moved }, observer.refused);
      wire.on('error', ({ message }) => observer.refused(message));
      wire.onClose(() => observer.refused('the connection was closed'));
      const joined = await wire.ask('join_room', { room_id, client_id });
      if (!joined.ok) throw new Error(joined.error.message);
      revision = joined.revision;
      return {
        type(sequence) {
          if (deaf) revision = heads.get(room_id) ?? revision;
          const payload = { room_id, operation: keystroke(revision), revision, sequence };
          if (!options.callback) wire.emit('collaboration_operation', payload);
          else {
            wire.ask('collaboration_operation', payload).then((answer) => {
              if (!answer.ok) observer.refused(answer.error.message);
            });
          }
        },
        move: (sequence) => wire.emit('cursor_update', { room_id, position: sequence, revision }),
        tell: () => wire.emit('typing', { room_id, is_typing: false }),
        received: () => wire,
        close: () => wire.close(),
      };
    },
  };
}

export const targets = {
  relay: relay('alone'),
  'relay, JWT': relay('alone', { checks: true }),
  tutti: tutti('alone', { callback: false }),
  'tutti, callback': tutti('alone', { callback: true }),
  'tutti, compact': tutti('alone', { callback: false, compact: true }),
  'relay, adapter': relay(1),
  'tutti, Redis': tutti(1, { callback: false }),
  'relay, adapter, 2': relay(2),
  'tutti, Redis, 2': tutti(2, { callback: false }),
  'tutti, Redis, 3': tutti(3, { callback: false }),
  sharedb,
  ...yjsTargets,
};
export type TargetName = keyof typeof targets;

/** A client of this server that may write all songs. */
export async function connect(url: string, user_id: string): Promise<TuttiSocket> {
  const options = { transports: ['websocket'], forceNew: true, reconnection: false, auth: credentials(user_id) };
  const socket: TuttiSocket = io(url, options);
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('connect_error', reject));
  return socket;
}
