import assert from 'node:assert/strict';
import { join } from 'node:path';
import { cleanup } from '../../support/cleanup.ts';
import { type ServerProcess, startServer, temporaryDirectory, token } from '../../support/process.ts';
import { type RedisServer, startRedis } from '../../support/redis.ts';
import { until } from '../../support/until.ts';
import type { Ground, Store } from './ground.ts';

const unlimited = Object.fromEntries(
  ['CONNECTIONS', 'AUTH_FAILURES', 'JOINS', 'OPERATIONS', 'CURSORS', 'MESSAGES', 'ROOMS', 'CLIENTS'].map((name) => [
    `LIMIT_${name}`,
    '0',
  ]),
);

/** The servers that `npm run build` made, and where they keep their rooms: one with a folder, or two with a Redis. */
export class Site {
  readonly store: Store;
  readonly folder: string;
  readonly #redis: RedisServer | undefined;
  readonly #ground: Ground;
  readonly #servers: (ServerProcess | undefined)[] = [];
  #next = 0;

  private constructor(store: Store, ground: Ground, redis?: RedisServer) {
    this.store = store;
    this.#ground = ground;
    this.#redis = redis;
    this.folder = ground.folder ?? join(temporaryDirectory(), 'data');
  }

  static async open(store: Store, ground: Ground): Promise<Site> {
    const redis = store === 'redis' ? await startRedis(ground.redis) : undefined;
    if (redis) cleanup(() => redis.kill());
    const site = new Site(store, ground, redis);
    cleanup(() => site.kill());
    await site.start();
    return site;
  }

  get redis(): RedisServer {
    assert.ok(this.#redis, 'it has no Redis');
    return this.#redis;
  }

  get servers(): ServerProcess[] {
    return this.#servers.filter((server) => server !== undefined);
  }

  get indices(): number[] {
    return this.store === 'redis' ? [0, 1] : [0];
  }

  /** Where somebody gets in: at another server each time. Undefined while there is none. */
  readonly door = (): ServerProcess | undefined => {
    const { servers } = this;
    return servers[this.#next++ % servers.length];
  };

  server(index: number): ServerProcess {
    const server = this.#servers[index];
    assert.ok(server, `server ${index} is not there`);
    return server;
  }

  /** Starts those that are not there. */
  async start(indices = this.indices): Promise<void> {
    const missing = indices.filter((index) => !this.#servers[index]);
    const start = async (index: number) => {
      const { env, runner } = this.#ground.server?.(index, this.#redis) ?? {};
      const place = this.#redis ? { REDIS_URL: this.#redis.url } : { DATA_DIR: this.folder, REDIS_URL: '' };
      const settings = { ...unlimited, ...place, LOG_LEVEL: 'error', ...env };
      this.#servers[index] = await startServer(settings, runner);
    };
    await Promise.all(missing.map(start));
  }

  /** Ends them as a crash would. */
  async kill(indices = this.indices): Promise<void> {
    await Promise.all(this.#take(indices).map((server) => server.kill()));
  }

  /** Has them end, and resolves with their exit codes. */
  async stop(indices = this.indices): Promise<(number | null)[]> {
    return Promise.all(this.#take(indices).map((server) => server.stop()));
  }

  /** Starts those that have ended by themselves, as whoever supervises them does. True where there was one. */
  async startEnded(): Promise<boolean> {
    const ended = this.indices.filter((index) => !isAlive(this.#servers[index]));
    for (const index of ended) this.#servers[index] = undefined;
    await this.start(ended);
    return ended.length > 0;
  }

  /** What a server says of a song: its text, or the status of its refusal. */
  async read(server: ServerProcess, room_id: string): Promise<string | number> {
    const headers = { authorization: `Bearer ${token({ sub: 'reader', rooms: { '*': 'viewer' } })}` };
    const answer = await fetch(`${server.url}/api/v1/rooms/${room_id}?format=text`, { headers });
    return answer.ok ? answer.text() : answer.status;
  }

  /** The same, once the store answers. */
  text(server: ServerProcess, room_id: string): Promise<string> {
    return until(async () => {
      const read = await this.read(server, room_id);
      return typeof read === 'string' ? { read } : undefined;
    }).then(({ read }) => read);
  }

  #take(indices: number[]): ServerProcess[] {
    return indices.flatMap((index) => {
      const server = this.#servers[index];
      this.#servers[index] = undefined;
      return server ?? [];
    });
  }
}

function isAlive(server: ServerProcess | undefined): boolean {
  try {
    return server !== undefined && process.kill(server.pid, 0);
  } catch {
    return false;
  }
}
