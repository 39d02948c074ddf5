import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { type SharedEvents, sharedEvents } from '../../client/events.ts';
import { Client } from '../../client/index.ts';
import { type CollaborationServer, createCollaborationServer } from '../../server/index.ts';
import { eventIdOf } from '../../shared/documents/eventId.ts';
import { compiled } from './compiled.ts';
import { lastingStorage } from './lastingStorage.ts';
import { jwtSecret, type ServerProcess, startProcess, token } from './process.ts';
import { UnreliableProxy } from './proxy.ts';
import type { Random } from './random.ts';
import { type RedisServer, startRedis } from './redis.ts';
import { ticks } from './ticks.ts';
import { until } from './until.ts';

export interface KillsOptions {
  random: Random;
  /** How many instances are killed, one after the other. */
  kills: number;
  /** How many count in the room. */
  people: number;
  /** Told after each kill how many there were, and how many events the log has. */
  onKill?(kills: number, events: number): void;
}

export interface KillsReport {
  /** In the log; each was heard by everyone. */
  events: number;
  /** How often a page was loaded anew, and the one that follows on the server began again. */
  reloads: number;
  resumed: number;
  /** From the last kill until everybody had heard everything, in milliseconds. */
  settled: number;
}

const room_id = 'ticks:1';
const documents = sharedEvents(ticks, 'ticks');
type Ticks = SharedEvents<typeof ticks.events>;

/**
 * Several people count in one room at two instances that share a Redis, and so does the application, while one instance after the
 * other is killed. Resolves when everyone has heard each number once and in the order of the log; rejects where that is not so.
 */
export async function countUnderKills({ random, kills, people, onKill }: KillsOptions): Promise<KillsReport> {
  const redis = await startRedis();
  const house = await House.open(redis);
  const witness = new Witness(await house.lasting(), await house.publish(0));
  const crowd = await Promise.all(Array.from({ length: people }, (_, index) => Person.come(house, index)));
  try {
    await until(() => crowd.every(({ isIn }) => isIn));
    let over = false;
    let rounds = 0;
    let reloads = 0;
    const counting = Promise.all([
      ...crowd.map(async (person) => {
        while (!over) {
          person.count();
          await pause(random.between(1, 40));
        }
      }),
      (async () => {
        while (!over) {
          await house.publish(++rounds);
          await pause(random.between(50, 200));
        }
      })(),
    ]);
    for (let kill = 1; kill <= kills; kill++) {
      await pause(random.between(100, 600));
      const killed = house.kill(random, kill < kills);
      if (random.oneIn(3)) {
        await random.pick(crowd).reload();
        reloads += 1;
      }
      if (random.oneIn(3)) witness.resume();
      await killed;
      onKill?.(kill, witness.heard.length);
    }
    over = true;
    await counting;

    const began = performance.now();
    const expected = crowd.reduce((sum, { counted }) => sum + counted, rounds);
    const listeners = [...crowd, witness];
    await until(() => crowd.every(({ client }) => !client.hasUnsent)).catch(() => {});
    await until(() => listeners.every(({ heard }) => heard.length >= expected)).catch(() => {});
    for (const { heard, name } of listeners) assert.equal(firstDifference(heard, witness.heard), undefined, name);
    const last = new Map<string, number>();
    for (const event of witness.heard) {
      const [by = '', number] = event.split(' ');
      const before = last.get(by) ?? 0;
      assert.equal(Number(number), before + 1, `${event} after ${before}`);
      last.set(by, before + 1);
    }
    assert.equal(witness.heard.length, expected, 'all that was counted is there');
    return { events: expected, reloads, resumed: witness.resumed, settled: performance.now() - began };
  } catch (error) {
    throw new Error(`fails with SEED=${random.seed}`, { cause: error });
  } finally {
    for (const person of crowd) person.leave();
    await witness.end();
    await house.end();
  }
}

function firstDifference(heard: readonly string[], expected: readonly string[]): string | undefined {
  const index = expected.findIndex((event, index) => heard[index] !== event);
  if (index >= 0) return `${heard[index]} in place of ${expected[index]}, the ${index + 1}th of ${heard.length}`;
  return heard.length > expected.length ? `${heard.length - expected.length} too many` : undefined;
}

/** Two instances that can be killed, one that is ready to take the place of either, and one that lasts. */
class House {
  readonly #redis: RedisServer;
  readonly #living: ServerProcess[] = [];
  #spare: Promise<ServerProcess> | undefined;
  #lasting: CollaborationServer | undefined;
  #next = 0;

  private constructor(redis: RedisServer) {
    this.#redis = redis;
    this.#spare = this.#start();
  }

  static async open(redis: RedisServer): Promise<House> {
    const house = new House(redis);
    house.#living.push(...(await Promise.all([house.#start(), house.#start()])));
    return house;
  }

  /** An instance in this process, for the application itself. */
  async lasting(): Promise<CollaborationServer> {
    this.#lasting = await createCollaborationServer({
      kinds: { ticks: { type: ticks } },
      host: '127.0.0.1',
      port: 0,
      jwtSecret,
      redisUrl: [this.#redis.url],
      logLevel: 'silent',
      drainMs: 0,
    });
    return this.#lasting;
  }

  /** Some instance that lives, another one each time. */
  readonly door = (): ServerProcess | undefined => this.#living[this.#next++ % this.#living.length];

  /** Kills one of two, and puts another in its place. `more`: it is not the last that is killed. */
  async kill(random: Random, more: boolean): Promise<void> {
    const [victim] = this.#living.splice(random.between(0, 1), 1);
    await victim?.kill();
    if (this.#spare) this.#living.push(await this.#spare);
    this.#spare = more ? this.#start() : undefined;
  }

  /** The application counts, too, over HTTP: until an instance has said that the number is in the log. Resolves with the event's id. */
  async publish(round: number): Promise<string> {
    const headers = {
      Authorization: `Bearer ${token({ sub: 'app', scope: 'admin' })}`,
      'Content-Type': 'application/json',
      'Idempotency-Key': `round-${round}`,
    };
    const body = JSON.stringify({ operation: { type: 'round', data: round } });
    for (;;) {
      const url = `${this.door()?.url}/api/v1/rooms/${room_id}/operations`;
      const answer = await fetch(url, { method: 'POST', headers, body }).catch(() => undefined);
      if (answer?.ok) {
        const { epoch, revision } = (await answer.json()) as { epoch: string; revision: number };
        return eventIdOf({ epoch, revision, index: 0 });
      }
      if (answer && answer.status < 500) throw new Error(`round ${round}: ${answer.status} ${await answer.text()}`);
      await pause(20);
    }
  }

  async end(): Promise<void> {
    await this.#lasting?.close();
    for (const server of [...this.#living, await this.#spare]) await server?.kill();
    await this.#redis.kill();
  }

  async #start(): Promise<ServerProcess> {
    const environment = { REDIS_URL: this.#redis.url, JWT_SECRET: jwtSecret };
    return startProcess([process.execPath, await compiled('test/support/eventsServer.ts')], environment);
  }
}

/** Who counts, and hears what everybody counts. */
class Person {
  readonly name: string;
  readonly heard: string[] = [];
  counted = 0;
  client: Client;
  readonly #proxy: UnreliableProxy;
  readonly #storage = lastingStorage();
  #events: Ticks;
  #isAway = false;

  private constructor(name: string, proxy: UnreliableProxy) {
    this.name = name;
    this.#proxy = proxy;
    this.client = this.#connect();
    this.#events = this.#listen();
  }

  static async come(house: House, index: number): Promise<Person> {
    return new Person(`person-${index}`, await UnreliableProxy.open(house.door));
  }

  get isIn(): boolean {
    return this.client.room(room_id).state.status === 'joined';
  }

  count(): void {
    if (!this.#isAway) this.#events.emit('tick', ++this.counted);
  }

  /** Another page goes on from what this one has kept. */
  async reload(): Promise<void> {
    this.#isAway = true;
    await until(() => this.client.room(room_id).state.kept);
    await this.client.room(room_id).leave();
    this.client.disconnect();
    this.client = this.#connect();
    this.#events = this.#listen();
    this.#isAway = false;
  }

  leave(): void {
    this.client.disconnect();
    this.#proxy.close();
  }

  #connect(): Client {
    const bearer = token({ sub: this.name, rooms: { 'ticks:*': 'editor' } });
    const options = { token: bearer, storage: this.#storage, documents: [documents] };
    const client = new Client(this.#proxy.url, { ...options, transports: ['websocket'] });
    client.connect();
    return client;
  }

  #listen(): Ticks {
    const events = this.client.room(room_id).document(documents);
    events.on('tick', ({ user_id, data }) => this.heard.push(`${user_id} ${data}`));
    events.on('round', ({ data }) => this.heard.push(`app ${data}`));
    events.on('gap', ({ missed }) => this.heard.push(`gap ${missed}`));
    events.on('refused', ({ refusal }) => this.heard.push(`refused ${refusal.message}`));
    return events;
  }
}

/** Follows on the server: now and then it ends, and goes on behind the last that it knows. */
class Witness {
  readonly name = 'the server';
  readonly heard: string[] = [];
  resumed = 0;
  readonly #server: CollaborationServer;
  readonly #ended: Promise<void>;
  #last: string;
  #over = false;
  #ending = new AbortController();

  constructor(server: CollaborationServer, last: string) {
    this.#server = server;
    this.#last = last;
    this.#ended = this.#follow();
  }

  resume(): void {
    this.resumed += 1;
    this.#ending.abort();
    this.#ending = new AbortController();
  }

  async end(): Promise<void> {
    this.#over = true;
    this.#ending.abort();
    await this.#ended;
  }

  async #follow(): Promise<void> {
    while (!this.#over) {
      const room = this.#server.room(room_id).events(ticks);
      for await (const event of room.follow({ after: this.#last, signal: this.#ending.signal })) {
        if (event.name === 'gap') this.heard.push(`gap ${event.missed}`);
        else {
          this.heard.push(`${event.name === 'round' ? 'app' : event.user_id} ${event.data}`);
          this.#last = event.id;
        }
      }
    }
  }
}
