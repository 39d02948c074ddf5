import { createHistogram } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { Random } from '../support/random.ts';
import type { Client, Observer, Seat } from './target.ts';

export interface Load {
  rooms: number;
  /** Of which kind the rooms are; songs unless it is said. */
  kind?: string;
  /** Clients in each room. */
  members: number;
  /** What some of them do; of what they tell the server, nobody else hears. */
  does: 'type' | 'move' | 'tell';
  /** How many do so. */
  active: number;
  /** Keystrokes, or moves of the cursor, a second of each. */
  rate: number;
  /** How many of a room's clients read what arrives, the last ones; all unless it is said. */
  hearing?: number;
}

/** Which of the clients are here, where several processes share a load: each `of`th, from the `index`th on. */
export interface Share {
  index: number;
  of: number;
}

/** A client that does something. */
interface Actor {
  client: Client;
  /** When it sent what it did, in the order of their sequences. */
  sentAt: number[];
}

/** How often is looked whose turn it is, in milliseconds. */
const tick = 1;
/** How long nothing comes until what is missing counts as lost, and how long all may take, in milliseconds. */
const patience = { silence: 2_000, all: 10_000 };

/** The client_id of a member: a UUID, as those of applications mostly are, that begins with its room and its place there. */
export function clientIdOf(room: number, member: number): string {
  const hex = (number: number, digits: number) => number.toString(16).padStart(digits, '0');
  return `${hex(room, 8)}-${hex(member, 4)}-4b1d-9d7c-2f6e8a31c05b`;
}

/** How many clients of a room count what arrives. */
export function hearersOf({ members, hearing = members }: Load): number {
  return hearing;
}

/** All clients of a load. They act by the clock, however long the answers take. */
export class Crowd {
  /** Microseconds from sending something to its delivery, at every client. */
  readonly latency = createHistogram();
  /** What the server said where it refused, each once. */
  readonly refusals = new Set<string>();
  sent = 0;
  /**
   * How much has reached a client, each counted at each client. A cursor that arrives stands for all earlier ones of its
   * client too, which a server may skip: so what is delivered is what a relay would have delivered, the cost of it is a
   * cost for each cursor sent and each who sees it, and all is delivered when everyone has everyone's last position.
   */
  delivered = 0;
  readonly #load: Load;
  readonly #share: Share;
  readonly #clients: Client[] = [];
  readonly #actors = new Map<string, Actor>();
  #ticker: NodeJS.Timeout | undefined;

  constructor(load: Load, share: Share = { index: 0, of: 1 }) {
    this.#load = load;
    this.#share = share;
  }

  /** Lets everyone in, one after the other. */
  async gather(connect: (seat: Seat, observer: Observer) => Promise<Client>): Promise<void> {
    const { rooms, kind = 'song', members, active, hearing = members } = this.#load;
    const { index, of } = this.#share;
    for (let room = 0; room < rooms; room++) {
      for (let member = index; member < members; member += of) {
        const client_id = clientIdOf(room, member);
        const seat = { client_id, room_id: `${kind}:${room}`, deaf: member < members - hearing };
        const client = await connect(seat, this.#observer());
        this.#clients.push(client);
        if (member < active) this.#actors.set(client_id, { client, sentAt: [] });
      }
    }
  }

  /**
   * Begins, or goes on: all at one rate, each in a phase of its own. So a count says whose turn it is, and when. The rate
   * grows evenly for so many milliseconds until it is the load's: cold code meets a crowd in no server that runs.
   */
  start(growing: number): void {
    const random = new Random(1);
    const actors = [...this.#actors.values()].map((actor) => ({ ...actor, phase: random.next() }));
    actors.sort((one, other) => one.phase - other.phase);
    const { does, rate } = this.#load;
    const interval = 1000 / rate;
    const began = performance.now();
    const before = this.sent;
    const next = () => actors[(this.sent - before) % actors.length];
    this.#ticker = setInterval(() => {
      const time = performance.now() - began;
      const elapsed = (time < growing ? time ** 2 / (2 * growing) : time - growing / 2) / interval;
      for (let actor = next(); actor; actor = next()) {
        if (Math.floor((this.sent - before) / actors.length) + actor.phase > elapsed) break;
        this.sent += 1;
        actor.client[does](actor.sentAt.push(performance.now()));
      }
    }, tick);
  }

  stop(): void {
    clearInterval(this.#ticker);
  }

  /** What has come to all clients together, in bytes and in messages of WebSocket. */
  received(): { bytes: number; messages: number } {
    const received = this.#clients.map((client) => client.received());
    return {
      bytes: received.reduce((sum, { bytes }) => sum + bytes, 0),
      messages: received.reduce((sum, { messages }) => sum + messages, 0),
    };
  }

  /** How much of what was sent has been delivered: 1 is all of it. For a process that has the whole load. */
  get reach(): number {
    return this.delivered / (this.sent * hearersOf(this.#load));
  }

  /** Resolves when all has been delivered, or nothing comes any more, or it takes too long. */
  async settled(): Promise<void> {
    const began = performance.now();
    let [seen, seenAt] = [this.delivered, began];
    const isWhole = this.#share.of === 1;
    for (let now = began; !(isWhole && this.reach >= 1) && now - began < patience.all; now = performance.now()) {
      await pause(5);
      if (this.delivered > seen) [seen, seenAt] = [this.delivered, now];
      else if (now - seenAt > patience.silence) return;
    }
  }

  #observer(): Observer {
    const last = new Map<string, number>();
    return {
      arrived: (client_id, sequence) => this.#deliver(client_id, sequence, 1),
      moved: (client_id, sequence) => {
        this.#deliver(client_id, sequence, sequence - (last.get(client_id) ?? 0));
        last.set(client_id, sequence);
      },
      refused: (reason) => void this.refusals.add(reason),
    };
  }

  #deliver(client_id: string, sequence: number, count: number): void {
    this.delivered += count;
    const sentAt = this.#actors.get(client_id)?.sentAt[sequence - 1];
    if (sentAt === undefined && this.#share.of > 1) return;
    if (sentAt === undefined) throw new Error(`something arrived that ${client_id} never sent: ${sequence}`);
    this.latency.record(Math.max(1, Math.round((performance.now() - sentAt) * 1000)));
  }
}
