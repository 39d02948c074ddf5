import { createHistogram } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { SessionCommand } from '../../shared/documents/session/command.ts';
import type { Session } from '../../shared/documents/session/content.ts';
import { session } from '../../shared/documents/session.ts';
import type { Entry } from '../../shared/documents/type.ts';
import type { RoomState, ServerPayload } from '../../shared/events.ts';
import { cleanup } from './cleanup.ts';
import { until } from './until.ts';

const room_id = 'session:quiz';
const teams = ['red', 'green', 'blue', 'yellow'];
/** How many connect at once. */
const atOnce = 50;
/** How long nothing comes until what is missing counts as lost, in milliseconds. */
const patience = 10_000;

export interface QuizOptions {
  url: string;
  tokenFor(claims: object): string;
  participants: number;
}

/** A session of many, one of whom gives points to teams. Everyone does what a client does: applies the commands. */
export class Quiz {
  /** Microseconds from sending a score to its delivery, at every participant. */
  readonly latency = createHistogram();
  sent = 0;
  delivered = 0;
  readonly #options: QuizOptions;
  readonly #sentAt: number[] = [];
  #seats: Seat[] = [];

  constructor(options: QuizOptions) {
    this.#options = options;
  }

  /** Connects everyone. Nobody is in the room yet. */
  async gather(): Promise<void> {
    const { url, tokenFor, participants } = this.#options;
    const onEntry = (entry: Entry) => this.#arrived(entry);
    const seats = Array.from({ length: participants }, (_, index) => {
      const rooms = { [room_id]: index === 0 ? 'host' : 'editor' };
      return { token: tokenFor({ sub: `participant ${index}`, name: `Participant ${index}`, rooms }), onEntry };
    });
    for (let next = 0; next < participants; next += atOnce) {
      const group = seats.slice(next, next + atOnce).map((seat) => Seat.take(url, seat));
      this.#seats.push(...(await Promise.all(group)));
    }
    cleanup(() => this.leave());
  }

  /** All come in at once. Resolves when each knows how many they are, with the bytes that this took. */
  async join(): Promise<number> {
    const before = this.#bytes;
    for (const seat of this.#seats) seat.send('join_room', { room_id });
    await until(() => this.#seats.every(({ count }) => count === this.#seats.length));
    return this.#bytes - before;
  }

  /** Gives points, so many times a second, and resolves when they have arrived everywhere, or nothing comes any more. */
  async play(seconds: number, rate: number): Promise<void> {
    const began = performance.now();
    for (const total = seconds * rate; this.sent < total; ) {
      this.#score();
      await pause(Math.max(0, began + (this.sent * 1000) / rate - performance.now()));
    }
    for (let seen = this.delivered, quiet = 0; this.reach < 1 && quiet < patience; quiet += 20) {
      await pause(20);
      if (this.delivered > seen) quiet = 0;
      seen = this.delivered;
    }
  }

  /** How much of what was sent has been delivered: 1 is all of it. */
  get reach(): number {
    return this.delivered / (this.sent * this.#seats.length);
  }

  /** What each holds, each once: one where all hold the same. */
  get contents(): Session[] {
    const contents = new Map(this.#seats.map(({ content }) => [JSON.stringify(content), content]));
    return [...contents.values()];
  }

  leave(): void {
    for (const seat of this.#seats.splice(0)) seat.leave();
  }

  get #bytes(): number {
    return this.#seats.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  #score(): void {
    const sequence = this.#sentAt.push(performance.now());
    const operation = { type: 'score_update', team: teams[this.sent % teams.length], delta: 1 };
    this.sent += 1;
    this.#seats[0]?.send('collaboration_operation', { room_id, operation, sequence });
  }

  #arrived({ sequence = 0 }: Entry): void {
    const sentAt = this.#sentAt[sequence - 1];
    if (sentAt === undefined) throw new Error(`a score arrived that nobody gave: ${sequence}`);
    this.delivered += 1;
    this.latency.record(Math.max(1, Math.round((performance.now() - sentAt) * 1000)));
  }
}

interface SeatOptions {
  token: string;
  onEntry(entry: Entry): void;
}

/** A participant, at the least that a client can be: Engine.IO and Socket.IO by hand, as it costs less than what is measured. */
class Seat {
  content = session.create();
  /** How many participants it knows of. */
  count = 0;
  /** What came in. */
  bytes = 0;
  readonly #socket: WebSocket;
  readonly #onEntry: (entry: Entry) => void;
  #revision = 0;
  #connected = () => {};

  private constructor(socket: WebSocket, { token, onEntry }: SeatOptions) {
    this.#socket = socket;
    this.#onEntry = onEntry;
    socket.on('message', (data) => {
      const packet = String(data);
      this.bytes += Buffer.byteLength(packet);
      if (packet === '2') socket.send('3');
      else if (packet.startsWith('0')) socket.send(`40${JSON.stringify({ token })}`);
      else if (packet.startsWith('42')) this.#received(JSON.parse(packet.slice(2)));
    });
  }

  static take(url: string, options: SeatOptions): Promise<Seat> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    return new Promise((resolve, reject) => {
      const seat = new Seat(socket, options);
      seat.#connected = () => resolve(seat);
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('the server closed a connection')));
    });
  }

  send(event: string, payload: object): void {
    this.#socket.send(`42${JSON.stringify([event, payload])}`);
  }

  leave(): void {
    this.#socket.terminate();
  }

  #received([event, payload]: [string, never]): void {
    if (event === 'connected') this.#connected();
    else if (event === 'room_joined') this.#joined(payload);
    else if (event === 'collaboration_update') this.#updated(payload);
    else if (event === 'user_joined') this.count = (payload as ServerPayload<'user_joined'>).participant_count;
    else if (event === 'error') throw new Error(JSON.stringify(payload));
  }

  #joined(state: RoomState): void {
    if (state.room_id !== room_id) return;
    this.content = session.load(state.document?.content);
    this.#revision = state.revision;
    this.count = state.participant_count;
  }

  #updated({ room_id: of, revision, operations }: ServerPayload<'collaboration_update'>): void {
    if (of !== room_id || revision !== this.#revision) return;
    for (const entry of operations as Entry<SessionCommand>[]) {
      this.#revision += 1;
      this.content = session.apply(this.content, entry, this.#revision);
      this.#onEntry(entry);
    }
  }
}
