import { Refusal } from '../../shared/refusals.ts';
import { userKeyOf } from '../access/identity.ts';
import type { Connections } from '../connections/connections.ts';
import { createRoomHandle, type RoomHandle } from '../editing/roomHandle.ts';
import type { Writing } from '../editing/writing.ts';
import type { Perform } from '../instances/commands.ts';
import type { Kinds } from '../kinds/kinds.ts';
import type { Rooms } from '../rooms/rooms.ts';
import { mostUsers, type Publication } from './publication.ts';
import type { Outcome, Publish, Sender } from './publish.ts';

/** What the application does itself, on whatever instance and wherever the users are: within one tenant. */
export interface Service {
  /** One or up to 1,000; those to one log in their order. Each has an outcome of its own, and is not thrown. */
  publish(messages: Publication | Publication[]): Promise<Outcome[]>;
  /** Into a user's inbox: read now or when the user is back. Throws a Refusal, as the others do. */
  toUser(user_id: string, type: string, data?: unknown, id?: string): Promise<void>;
  toUsers(user_ids: string[], type: string, data?: unknown, id?: string): Promise<void>;
  /** To everyone who is connected now. */
  toAll(type: string, data?: unknown, id?: string): Promise<void>;
  /** To one connection, as long as it lasts. */
  toConnection(connection_id: string, type: string, data?: unknown, id?: string): Promise<void>;
  isOnline(user_id: string): Promise<boolean>;
  /** Those of them who are online. */
  onlineUsers(user_ids: string[]): Promise<string[]>;
  /** How many connections a user has. */
  connections(user_id: string): Promise<number>;
  /** Ends a user's connections. */
  disconnect(user_id: string): Promise<void>;
  /** A room, to be read and written without being in it. Throws a Refusal where it is no room's id. */
  room(room_id: string): RoomHandle;
}

export interface ServiceOptions {
  publish: Publish;
  rooms: Rooms;
  kinds: Kinds;
  writing: Writing;
  connections: Connections;
  perform: Perform;
}

export function createService(options: ServiceOptions, sender: Sender): Service {
  const { publish, kinds, rooms, writing, connections, perform } = options;
  const keyOf = (user_id: string) => userKeyOf({ org_id: sender.org_id, user_id });

  async function publishOne(message: Publication): Promise<void> {
    const [outcome] = await publish(sender, [message]);
    if (outcome?.ok === false) throw new Refusal(outcome.error.error_code, outcome.error.message, outcome.error);
  }

  const service: Service = {
    publish: (messages) => publish(sender, Array.isArray(messages) ? messages : [messages]),
    toUser: (user_id, type, data, id) => publishOne({ user_id, ...message(type, data, id) }),
    async toUsers(user_ids, type, data, id) {
      for (let next = 0; next < user_ids.length; next += mostUsers) {
        await publishOne({ user_ids: user_ids.slice(next, next + mostUsers), ...message(type, data, id) });
      }
    },
    toAll: (type, data, id) => publishOne({ all: true, ...message(type, data, id) }),
    toConnection: (connection_id, type, data, id) => publishOne({ connection_id, ...message(type, data, id) }),
    isOnline: async (user_id) => (await service.connections(user_id)) > 0,
    async onlineUsers(user_ids) {
      const online = await Promise.all(user_ids.map(service.isOnline));
      return user_ids.filter((_, index) => online[index]);
    },
    connections: (user_id) => connections.countOf(keyOf(user_id)),
    async disconnect(user_id) {
      await perform({ type: 'disconnect', user: keyOf(user_id) });
    },
    room: (room_id) => createRoomHandle({ rooms, kinds, writing }, sender, room_id),
  };
  return service;
}

function message(type: string, data: unknown, id: string | undefined) {
  return { type, data, ...(id !== undefined && { id }) };
}
