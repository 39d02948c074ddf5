import {
  type CompactClient,
  type CompactCursor,
  type CompactEntry,
  type CompactEventName,
  type CompactFrame,
  type CompactParticipant,
  type CompactUser,
  compactEvents,
} from '../../shared/compact.ts';
import type { RoomId } from '../../shared/rooms.ts';

interface Client {
  client_id: string;
  user_id: string;
  sequence: number | undefined;
}

/** What the frames of a room have agreed on. */
interface Agreed {
  room_id: RoomId;
  /** Users and clients, by number. */
  known: (string | Client)[];
  time: number;
  epoch: unknown;
  /** After the last entry. */
  revision: number;
}

/** Reads compact frames: all that come over one connection, in their order. */
export class CompactFrames {
  readonly #rooms = new Map<number, Agreed>();

  /** The event that a frame stands for, and its payload; undefined where it builds on something that never came. */
  read(frame: CompactFrame): [event: CompactEventName, payload: object] | undefined {
    try {
      return this.#read(frame);
    } catch {
      return undefined;
    }
  }

  #read([event, room, ...parts]: CompactFrame): [event: CompactEventName, payload: object] {
    if (typeof room === 'object') {
      const [number, room_id, time] = room;
      this.#rooms.set(number, { room_id, known: [], time, epoch: '', revision: 0 });
    }
    const agreed = this.#rooms.get(typeof room === 'object' ? room[0] : room) ?? unknown();
    const name = compactEvents[event] ?? unknown();
    return [name, { room_id: agreed.room_id, ...contents[name](agreed, parts as never) }];
  }
}

const contents = {
  collaboration_update(agreed: Agreed, [where, proof, ...entries]: [unknown, string, ...CompactEntry[]]) {
    let revision = where as number;
    if (Array.isArray(where)) [agreed.epoch, revision] = where;
    agreed.revision = revision + entries.length;
    const operations = entries.map((entry) => (Array.isArray(entry) ? entryOf(agreed, entry) : entry));
    return { epoch: agreed.epoch, revision, operations, proof };
  },

  cursor_moved: (agreed: Agreed, cursors: CompactCursor[]) => ({
    cursors: cursors.map((cursor) => (Array.isArray(cursor) ? cursorOf(agreed, cursor) : cursor)),
  }),

  typing_changed: (agreed: Agreed, users: CompactUser[]) => ({
    user_ids: users.map((user) => userOf(agreed, user)),
  }),

  user_joined: participants,
  user_left: participants,
};

function participants(agreed: Agreed, [participant_count, ...users]: [number, ...CompactParticipant[]]) {
  return {
    users: users.map((user) => (Array.isArray(user) ? participantOf(agreed, user) : user)),
    participant_count,
  };
}

function entryOf(agreed: Agreed, [told, operation, elapsed]: CompactEntry) {
  const client = clientOf(agreed, told);
  const { client_id, user_id } = client;
  client.sequence = (client.sequence ?? 0) + 1;
  agreed.time += elapsed;
  return { operation, client_id, sequence: client.sequence, user_id, timestamp: agreed.time };
}

function cursorOf(agreed: Agreed, [told, position, elapsed, ahead = 0]: CompactCursor) {
  const { user_id, client_id } = clientOf(agreed, told);
  return { user_id, client_id, position, revision: agreed.revision + ahead, timestamp: agreed.time + elapsed };
}

function participantOf(agreed: Agreed, [told, name, role, connections, elapsed]: CompactParticipant) {
  return { user_id: userOf(agreed, told), name, role, connections, joined_at: agreed.time + elapsed };
}

function clientOf(agreed: Agreed, told: CompactClient): Client {
  if (typeof told === 'number') return knownOf(agreed, told) as Client;
  const [client_id, user, sequence] = told;
  const client = { client_id, user_id: userOf(agreed, user), sequence };
  agreed.known.push(client);
  return client;
}

function userOf(agreed: Agreed, told: CompactUser): string {
  if (typeof told === 'number') return knownOf(agreed, told) as string;
  agreed.known.push(told);
  return told;
}

function knownOf({ known }: Agreed, number: number): string | Client {
  return known[number] ?? unknown();
}

function unknown(): never {
  throw new RangeError();
}
