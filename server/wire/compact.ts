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
import type { Cursor, Participant, ServerEventName, ServerPayload } from '../../shared/events.ts';

/** How many users and clients have a number at once, at most; beyond, all begin anew. */
const most = 1_000;

/** Who is sent compact frames. */
export interface CompactReader {
  /** What was agreed by the last frame that it was sent of those that agree on something; 0 before the first. */
  agreed: number;
}

interface Numbered {
  number: number;
  user_id: string;
  /** Of its last entry; undefined where none is known. */
  sequence: number | undefined;
}

export function hasCompactForm(event: ServerEventName): event is CompactEventName {
  return (compactEvents as readonly ServerEventName[]).includes(event);
}

/**
 * What a room tells, in compact form: encoded once, for all who are sent it. A frame builds on what frames before it agreed
 * on: numbers for users and clients, their sequences, the epoch and the time. So where it goes to somebody who has not had
 * all of those, the room begins anew with it.
 */
export class CompactFrames {
  /** How many rooms of this process have spoken so. */
  static #rooms = 0;
  readonly #number = CompactFrames.#rooms++;
  readonly #users = new Map<string, number>();
  readonly #clients = new Map<string, Numbered>();
  /** How many numbers are given. */
  #given = 0;
  /** Of the last entry. */
  #time = 0;
  #epoch: string | undefined;
  /** After the last entry. */
  #revision = 0;
  /** Another one with every frame that agrees on something. */
  #agreed = 1;

  /** The frame that stands for an event. `now`: what times count from, where the room begins anew. */
  encode<E extends CompactEventName>(
    event: E,
    payload: ServerPayload<E>,
    readers: readonly CompactReader[],
    now: number,
  ): CompactFrame {
    const isAnew = this.#given > most || readers.some(({ agreed }) => agreed !== this.#agreed);
    if (isAnew) this.#begin(now);
    const from = this.#time;
    const given = this.#given;
    const parts = this.#parts(event, payload as never);
    if (isAnew || event === 'collaboration_update' || this.#given > given) {
      this.#agreed += 1;
      for (const reader of readers) reader.agreed = this.#agreed;
    }
    const room = this.#number;
    return [compactEvents.indexOf(event), isAnew ? [room, payload.room_id, from] : room, ...parts];
  }

  #begin(now: number): void {
    this.#users.clear();
    this.#clients.clear();
    this.#given = 0;
    this.#time = Math.round(now);
    this.#epoch = undefined;
    this.#revision = 0;
  }

  #parts(event: CompactEventName, payload: never): unknown[] {
    switch (event) {
      case 'collaboration_update':
        return this.#update(payload);
      case 'cursor_moved':
        return (payload as ServerPayload<'cursor_moved'>).cursors.map((cursor) => this.#cursor(cursor));
      case 'typing_changed':
        return (payload as ServerPayload<'typing_changed'>).user_ids.map((user_id) => this.#user(user_id));
      default: {
        const { users, participant_count } = payload as ServerPayload<'user_joined' | 'user_left'>;
        return [participant_count, ...users.map((user) => this.#participant(user))];
      }
    }
  }

  #update({ epoch, revision, operations, proof }: ServerPayload<'collaboration_update'>): unknown[] {
    const where = epoch === this.#epoch ? revision : [epoch, revision];
    this.#epoch = epoch;
    this.#revision = revision + operations.length;
    return [where, proof, ...operations.map((entry) => this.#entry(entry))];
  }

  /** An entry that has anything else about it stays as it is. */
  #entry<Entry extends ServerPayload<'collaboration_update'>['operations'][number]>(
    entry: Entry,
  ): CompactEntry | Entry {
    const { operation, client_id, sequence, user_id, timestamp } = entry;
    const isOrdinary = sequence !== undefined && Number.isSafeInteger(timestamp) && Object.keys(entry).length === 5;
    if (!isOrdinary) return entry;
    const client = this.#client(client_id, user_id, sequence);
    const elapsed = timestamp - this.#time;
    this.#time = timestamp;
    return [client, operation, elapsed];
  }

  #cursor(cursor: Cursor): CompactCursor | Cursor {
    const { user_id, client_id, position, revision, timestamp } = cursor;
    const isOrdinary = revision !== undefined && Number.isSafeInteger(timestamp) && Object.keys(cursor).length === 5;
    if (!isOrdinary) return cursor;
    const client = this.#client(client_id, user_id);
    const elapsed = timestamp - this.#time;
    const ahead = revision - this.#revision;
    return ahead === 0 ? [client, position, elapsed] : [client, position, elapsed, ahead];
  }

  #participant(user: Participant): CompactParticipant | Participant {
    const { user_id, name, role, connections, joined_at } = user;
    const isOrdinary = Number.isSafeInteger(joined_at) && Object.keys(user).length === 5;
    return isOrdinary ? [this.#user(user_id), name, role, connections, joined_at - this.#time] : user;
  }

  #user(user_id: string): CompactUser {
    const known = this.#users.get(user_id);
    if (known !== undefined) return known;
    this.#users.set(user_id, this.#given++);
    return user_id;
  }

  /** `sequence`: of an entry of its, which has to be the next one; otherwise it is told like a client that is new. */
  #client(client_id: string, user_id: string, sequence?: number): CompactClient {
    const known = this.#clients.get(client_id);
    const isNext = sequence === undefined || known?.sequence === sequence - 1;
    if (known?.user_id === user_id && isNext) {
      known.sequence = sequence ?? known.sequence;
      return known.number;
    }
    const user = this.#user(user_id);
    this.#clients.set(client_id, { number: this.#given++, user_id, sequence });
    return sequence === undefined ? [client_id, user] : [client_id, user, sequence - 1];
  }
}
