import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { type CompleteType, complete } from '../../shared/documents/complete.ts';
import { documentTypes } from '../../shared/documents/index.ts';
import type { Entry } from '../../shared/documents/type.ts';
import type { Cursor, RoomState, ServerPayload } from '../../shared/events.ts';
import { kindOf, type RoomId } from '../../shared/rooms.ts';
import { ask, type Client, connect, type Events, patience } from './visitor.ts';

/** When what is on its way was sent, by who sent it and what it is. All virtual users share it, and so one clock. */
const sentAt = new Map<string, number>();

/** Someone in one room, over the bare protocol: applies what comes, and knows at the end whether anything is missing. */
export class Guest {
  readonly user_id: string;
  readonly client: Client;
  readonly room_id: RoomId;
  /** What the room holds, as far as has been heard. */
  content: unknown;
  /** The cursors of the room, by client. */
  readonly cursors = new Map<string, unknown>();
  /** Called when entries have been applied. */
  onChange: () => void = () => {};
  readonly #type: CompleteType<unknown, unknown, unknown>;
  readonly #events: Events;
  #revision = 0;
  #sequence = 0;
  #joinedAt = 0;
  #received = 0;

  private constructor(events: Events, client: Client, room_id: RoomId, user_id: string) {
    this.user_id = user_id;
    this.client = client;
    this.room_id = room_id;
    this.#type = typeOf(room_id);
    this.#events = events;
  }

  static async join(target: string, events: Events, room_id: RoomId): Promise<Guest> {
    const user_id = randomUUID();
    const guest = new Guest(events, await connect(target, user_id), room_id, user_id);
    const { client } = guest;
    await ask(client, 'join_room', { room_id, client_id: user_id }, (state) => {
      guest.#begin(state);
      client.on('collaboration_update', (update) => update.room_id === room_id && guest.#apply(update));
      client.on('cursor_moved', ({ cursors }) => guest.#show(cursors));
    });
    return guest;
  }

  /** Brings an operation into the log, and notes how long that takes. */
  async commit(operation: unknown): Promise<void> {
    const { room_id } = this;
    const sequence = ++this.#sequence;
    const sent = performance.now();
    sentAt.set(`${this.user_id} ${sequence}`, sent);
    const payload = { room_id, operation, revision: this.#revision, sequence };
    await ask(this.client, 'collaboration_operation', payload);
    this.#events.emit('histogram', 'tutti.round_trip', performance.now() - sent);
  }

  async point(position: number): Promise<void> {
    const sent = performance.now();
    sentAt.set(`${this.user_id} at ${position}`, sent);
    await ask(this.client, 'cursor_update', { room_id: this.room_id, position });
    this.#events.emit('histogram', 'tutti.round_trip', performance.now() - sent);
  }

  /** Waits until the room is quiet, reports what has arrived of what should have, and goes. */
  async leave(): Promise<void> {
    const { state, same } = await this.#settle();
    const { expected, received } = this.#reach(state);
    this.#events.emit('counter', 'tutti.expected', expected);
    this.#events.emit('counter', 'tutti.received', received);
    this.#events.emit('counter', same ? 'tutti.converged' : 'tutti.diverged', 1);
    this.client.disconnect();
  }

  #begin({ revision, document, cursors }: RoomState): void {
    this.#joinedAt = this.#revision = revision;
    this.content = this.#type.load(document?.content);
    this.#show(cursors);
  }

  /** The first update may begin before what the join brought. */
  #apply({ revision, operations }: ServerPayload<'collaboration_update'>): void {
    const news = operations.slice(Math.max(0, this.#revision - revision));
    // A gap: what comes after it cannot be applied, and counts as not arrived.
    if (revision > this.#revision || news.length === 0) return;
    for (const entry of news) {
      this.#revision += 1;
      this.content = this.#type.apply(this.content, entry as Entry, this.#revision);
    }
    this.#received += news.length;
    this.#arrived(news.map(({ client_id, sequence }) => `${client_id} ${sequence}`));
    this.onChange();
  }

  #show(cursors: Cursor[]): void {
    for (const { client_id, position } of cursors) {
      if (position === null) this.cursors.delete(client_id);
      else this.cursors.set(client_id, position);
    }
    this.#arrived(cursors.map(({ client_id, position }) => `${client_id} at ${position}`));
  }

  /** Notes how long the slowest of what has come together was on its way. */
  #arrived(keys: string[]): void {
    const earliest = Math.min(...keys.map((key) => sentAt.get(key) ?? Number.POSITIVE_INFINITY));
    if (Number.isFinite(earliest)) this.#events.emit('histogram', 'tutti.delivery', performance.now() - earliest);
  }

  /** Compares with the room again and again, until both are the same or nothing more can be hoped for. */
  async #settle(): Promise<{ state: RoomState; same: boolean }> {
    const end = performance.now() + patience;
    for (;;) {
      const state = await ask(this.client, 'get_room_state', { room_id: this.room_id });
      while (this.#revision < state.revision && performance.now() < end) await pause(20);
      const { expected, received } = this.#reach(state);
      const same =
        this.#revision === state.revision &&
        received === expected &&
        isDeepStrictEqual(this.#type.save(this.content), state.document?.content);
      if (same || performance.now() > end) return { state, same };
      await pause(200 + Math.random() * 300);
    }
  }

  /** Entries since the join, and the cursors that the room shows. */
  #reach({ revision, cursors }: RoomState): { expected: number; received: number } {
    const seen = cursors.filter(({ client_id, position }) => isDeepStrictEqual(this.cursors.get(client_id), position));
    return {
      expected: revision - this.#joinedAt + cursors.length,
      received: Math.min(this.#received, revision - this.#joinedAt) + seen.length,
    };
  }
}

function typeOf(room_id: RoomId): CompleteType<unknown, unknown, unknown> {
  const [, type] = Object.entries(documentTypes).find(([kind]) => kind === kindOf(room_id)) ?? [];
  if (!type) throw new Error(`the load has no rooms like ${room_id}`);
  return complete(type);
}
