import { createHistogram } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { Random } from '../support/random.ts';
import type { Client, Observer, Seat } from './targets.ts';

export interface Load {
  rooms: number;
  /** Clients in each room. */
  members: number;
  /** How many of them type. */
  typing: number;
  /** Keystrokes a second of each who types. */
  rate: number;
}

/** A client that types. */
interface Typist {
  client: Client;
  /** When it sent its operations, in the order of their sequences. */
  sentAt: number[];
}

/** How often is looked whose turn it is, in milliseconds. */
const tick = 1;
/** How long nothing comes until what is missing counts as lost, in milliseconds. */
const patience = 2_000;

/** All clients of a load. They type by the clock, however long the answers take. */
export class Crowd implements Observer {
  /** Microseconds from sending an operation to its delivery, at every client. */
  readonly latency = createHistogram();
  /** What the server said where it refused, each once. */
  readonly refusals = new Set<string>();
  sent = 0;
  /** How many operations have reached a client, each counted at each client. */
  delivered = 0;
  readonly #load: Load;
  readonly #typists = new Map<string, Typist>();
  #ticker: NodeJS.Timeout | undefined;

  constructor(load: Load) {
    this.#load = load;
  }

  /** Lets everyone in, one after the other. */
  async gather(connect: (seat: Seat) => Promise<Client>): Promise<void> {
    const { rooms, members, typing } = this.#load;
    for (let room = 0; room < rooms; room++) {
      for (let member = 0; member < members; member++) {
        const client_id = `${room}-${member}`;
        const client = await connect({ client_id, room_id: `song:${room}` });
        if (member < typing) this.#typists.set(client_id, { client, sentAt: [] });
      }
    }
  }

  /** Begins to type: all at one rate, each in a phase of its own. So a count says whose turn it is, and when. */
  start(): void {
    const random = new Random(1);
    const typists = [...this.#typists.values()].map((typist) => ({ ...typist, phase: random.next() }));
    typists.sort((one, other) => one.phase - other.phase);
    const interval = 1000 / this.#load.rate;
    const began = performance.now();
    const next = () => typists[this.sent % typists.length];
    this.#ticker = setInterval(() => {
      const elapsed = (performance.now() - began) / interval;
      for (let typist = next(); typist; typist = next()) {
        if (Math.floor(this.sent / typists.length) + typist.phase > elapsed) break;
        this.sent += 1;
        typist.client.type(typist.sentAt.push(performance.now()));
      }
    }, tick);
  }

  stop(): void {
    clearInterval(this.#ticker);
  }

  /** How much of what was sent has been delivered: 1 is all of it. */
  get reach(): number {
    return this.delivered / (this.sent * this.#load.members);
  }

  /** Resolves when all has been delivered, or nothing comes any more. */
  async settled(): Promise<void> {
    let seen = this.delivered;
    for (let quiet = 0; this.reach < 1 && quiet < patience; quiet += 20) {
      await pause(20);
      if (this.delivered > seen) quiet = 0;
      seen = this.delivered;
    }
  }

  arrived(client_id: string, sequence: number): void {
    const sentAt = this.#typists.get(client_id)?.sentAt[sequence - 1];
    if (sentAt === undefined) throw new Error(`an operation arrived that ${client_id} never sent: ${sequence}`);
    this.delivered += 1;
    this.latency.record(Math.max(1, Math.round((performance.now() - sentAt) * 1000)));
  }

  refused(reason: string): void {
    this.refusals.add(reason);
  }
}
