import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { Client, memoryStorage, type Room } from '../../client/index.ts';
import { Letters } from './letters.ts';
import { type ServerProcess, startServer, token } from './process.ts';
import { UnreliableProxy } from './proxy.ts';
import type { Random } from './random.ts';
import { type RedisServer, startRedis } from './redis.ts';
import { until } from './until.ts';

export interface ChaosOptions {
  random: Random;
  seconds: number;
  events: number;
  people: number;
  rooms: number;
  /** Told what happens. */
  onEvent?(what: string): void;
}

export interface ChaosReport {
  letters: number;
  revisions: number;
  /** From the last event until everybody had everything, in milliseconds. */
  settled: number;
}

const instances = 3;

/**
 * Many people type at three instances that share a Redis, while all of these die, freeze and come back. Resolves when
 * every replica equals the log, with each letter there once; rejects where that is not so.
 */
export async function chaos(options: ChaosOptions): Promise<ChaosReport> {
  const { random, seconds, events, people, rooms } = options;
  const redis = await startRedis();
  const house = new House(redis);
  await Promise.all(Array.from({ length: instances }, (_, index) => house.start(index)));
  const crowd = await Promise.all(
    Array.from({ length: people }, (_, index) => Person.come(house, index, index % rooms)),
  );
  try {
    await until(() => crowd.every(({ room }) => room.state.status === 'joined'));
    const letters = Array.from({ length: rooms }, () => new Letters());
    let over = false;
    const typing = (async () => {
      while (!over) {
        const person = random.pick(crowd);
        const { length } = person.room.text;
        const deleted = random.oneIn(5) ? 1 : 0;
        letters[person.place]?.replace(person.room.text, random.between(0, length / 2), deleted, 1);
        await pause(random.between(1, 20));
      }
    })();
    for (let event = 0; event < events; event++) {
      const began = performance.now();
      await happen(random, house, redis, crowd, options.onEvent);
      await pause(Math.max(0, (seconds * 1_000) / events - (performance.now() - began)));
    }
    over = true;
    await typing;

    const began = performance.now();
    await Promise.all(crowd.map(({ room }) => room.text.stored()));
    await until(() => crowd.every(({ room }) => room.text.status.state === 'synchronized'));
    const texts = await Promise.all(letters.map((_, place) => house.text(place)));
    await until(() => crowd.every(({ room, place }) => room.text.text === texts[place]));
    letters.forEach((typed, place) => void typed.check(texts[place] ?? ''));
    const revisions = crowd.slice(0, rooms).reduce((sum, { room }) => sum + room.text.since.revision, 0);
    const count = letters.reduce((sum, { typed }) => sum + typed, 0);
    return { letters: count, revisions, settled: performance.now() - began };
  } catch (error) {
    throw new Error(`fails with SEED=${random.seed}`, { cause: error });
  } finally {
    for (const person of crowd) person.leave();
    await house.end();
  }
}

/** The instances, each of which may be dead. */
class House {
  readonly #servers: (ServerProcess | undefined)[] = [];
  readonly #redis: RedisServer;
  #next = 0;

  constructor(redis: RedisServer) {
    this.#redis = redis;
  }

  async start(index: number): Promise<void> {
    const limits = ['CONNECTIONS', 'AUTH_FAILURES', 'JOINS', 'OPERATIONS', 'CURSORS', 'MESSAGES'];
    const unlimited = Object.fromEntries(limits.map((name) => [`LIMIT_${name}`, '0']));
    this.#servers[index] = await startServer({ ...unlimited, REDIS_URL: this.#redis.url, LOG_LEVEL: 'fatal' });
  }

  /** Some instance that lives, another one each time. */
  readonly door = (): ServerProcess | undefined => {
    const living = this.#servers.filter((server) => server !== undefined);
    return living[this.#next++ % living.length];
  };

  server(index: number): ServerProcess {
    const server = this.#servers[index];
    if (!server) throw new Error(`instance ${index} is dead already`);
    return server;
  }

  async kill(index: number): Promise<void> {
    const server = this.server(index);
    this.#servers[index] = undefined;
    await server.kill();
  }

  async text(place: number): Promise<string> {
    const headers = { authorization: `Bearer ${token({ sub: 'reader', rooms: { '*': 'viewer' } })}` };
    const answer = await fetch(`${this.server(0).url}/api/v1/rooms/song:${place}?format=text`, { headers });
    assert.equal(answer.status, 200);
    return answer.text();
  }

  async end(): Promise<void> {
    for (const server of this.#servers) await server?.kill();
    await this.#redis.kill();
  }
}

class Person {
  readonly client: Client;
  readonly proxy: UnreliableProxy;
  readonly room: Room;
  readonly place: number;

  private constructor(client: Client, proxy: UnreliableProxy, place: number) {
    this.client = client;
    this.proxy = proxy;
    this.place = place;
    this.room = client.room(`song:${place}`);
  }

  static async come(house: House, index: number, place: number): Promise<Person> {
    const proxy = await UnreliableProxy.open(house.door);
    const bearer = token({ sub: `user-${index}`, rooms: { 'song:*': 'editor' } });
    const client = new Client(proxy.url, { token: bearer, storage: memoryStorage(), transports: ['websocket'] });
    client.connect();
    return new Person(client, proxy, place);
  }

  leave(): void {
    this.client.disconnect();
    this.proxy.close();
  }
}

/** Something bad happens, and is over when this resolves. */
async function happen(
  random: Random,
  house: House,
  redis: RedisServer,
  crowd: Person[],
  onEvent: ChaosOptions['onEvent'],
): Promise<void> {
  const index = random.between(0, instances - 1);
  const milliseconds = random.between(500, 3_000);
  const what = random.pick([
    'instance killed',
    'Redis killed',
    'Redis frozen',
    'instance frozen',
    'clients cut',
  ] as const);
  onEvent?.(
    `${what}${what.startsWith('instance') ? ` (${index})` : ''}${what === 'clients cut' ? '' : `, ${milliseconds} ms`}`,
  );
  switch (what) {
    case 'instance killed':
      await house.kill(index);
      await pause(milliseconds);
      await house.start(index);
      break;
    case 'Redis killed':
      await redis.kill();
      await pause(milliseconds);
      await redis.start();
      break;
    case 'Redis frozen':
      redis.freeze();
      await pause(milliseconds);
      redis.thaw();
      break;
    case 'instance frozen':
      process.kill(house.server(index).pid, 'SIGSTOP');
      await pause(milliseconds);
      process.kill(house.server(index).pid, 'SIGCONT');
      break;
    case 'clients cut':
      for (const person of crowd) if (random.oneIn(2)) person.proxy.cut();
  }
}
