import { freePort } from './ports.ts';
import { jwtSecret, type ServerProcess, startProcess } from './process.ts';
import type { Random } from './random.ts';
import { type RedisServer, startRedis } from './redis.ts';

/** How many instances there are. */
const instances = 2;
const command = [process.execPath, '--import', 'tsx', 'test/support/yjsServer.ts'];

/** Instances with rooms of Yjs and a Redis, all of which may die, and come back where they were. */
export class YjsHouse {
  readonly doors: readonly string[];
  readonly #ports: readonly number[];
  readonly #servers: (ServerProcess | undefined)[] = [];
  readonly #redis: RedisServer;
  #backup: string | undefined;

  private constructor(redis: RedisServer, ports: readonly number[]) {
    this.#redis = redis;
    this.#ports = ports;
    this.doors = ports.map((port) => `http://127.0.0.1:${port}`);
  }

  static async open(): Promise<YjsHouse> {
    const ports: number[] = [];
    while (ports.length < instances) ports.push(await freePort());
    const house = new YjsHouse(await startRedis(), ports);
    await Promise.all(ports.map((_, at) => house.start(at)));
    return house;
  }

  async start(at: number): Promise<void> {
    const environment = { REDIS_URL: this.#redis.url, JWT_SECRET: jwtSecret, PORT: String(this.#ports[at]) };
    this.#servers[at] = await startProcess(command, environment);
  }

  async kill(at: number): Promise<void> {
    await this.#servers[at]?.kill();
  }

  /** An instance dies, or Redis, or what Redis has is what it had a while ago. Resolves with what it was when all is back. */
  async happen(random: Random): Promise<string> {
    switch (random.between(0, 4)) {
      case 0:
        await this.#interrupt(() => this.#redis.restore(this.#backup));
        return 'Redis was put back';
      case 1:
        await this.#interrupt(() => {
          this.#backup = this.#redis.backUp();
        });
        return 'Redis was copied';
      default: {
        const at = random.between(0, instances - 1);
        await this.kill(at);
        await this.start(at);
        return `instance ${at} was killed`;
      }
    }
  }

  async end(): Promise<void> {
    await Promise.all(this.#ports.map((_, at) => this.kill(at)));
    await this.#redis.kill();
  }

  async #interrupt(meanwhile: () => void): Promise<void> {
    await this.#redis.kill();
    meanwhile();
    await this.#redis.start();
  }
}
