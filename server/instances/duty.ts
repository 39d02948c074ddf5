import { monotonic } from '../../shared/monotonic.ts';
import { type Redis, scriptOf } from '../redis/redis.ts';

/** How long a duty is held without being renewed, and how often an instance asks for it, in milliseconds. */
const heldFor = 10_000;
const askEvery = 2_500;

/** Something that one instance alone does for all. */
export interface Duty {
  /** Whether it is this instance's now. */
  readonly held: boolean;
  /** Calls back when it has become this instance's. */
  onTaken(listener: () => void): void;
  close(): void;
}

/** Where there are no other instances. */
export function ownDuty(): Duty {
  return { held: true, onTaken: (listener) => listener(), close() {} };
}

/**
 * A lease in Redis: whoever has it renews it, and when it dies another has it within some 10 seconds. Who was frozen may not
 * know at once that it has lost it: what is done must bear to be done twice.
 */
export class RedisDuty implements Duty {
  readonly #redis: Redis;
  readonly #key: string;
  readonly #instance: string;
  readonly #onTaken: (() => void)[] = [];
  readonly #timer: NodeJS.Timeout;
  /** By monotonic(). */
  #heldUntil = Number.NEGATIVE_INFINITY;
  #asking = false;
  #closed = false;

  /** `instance` names this process. */
  constructor(redis: Redis, name: string, instance: string) {
    this.#redis = redis;
    this.#key = redis.name(`duty:${name}`);
    this.#instance = instance;
    this.#timer = setInterval(() => void this.#ask(), askEvery);
    redis.onReady(() => void this.#ask());
    void this.#ask();
  }

  get held(): boolean {
    return !this.#closed && monotonic() < this.#heldUntil;
  }

  onTaken(listener: () => void): void {
    this.#onTaken.push(listener);
    if (this.held) listener();
  }

  /** Another instance may have it at once. */
  close(): void {
    const { held } = this;
    this.#closed = true;
    clearInterval(this.#timer);
    if (held) this.#redis.run(giveScript, [this.#key], [this.#instance]).catch(() => {});
  }

  async #ask(): Promise<void> {
    if (this.#asking || this.#closed) return;
    this.#asking = true;
    const before = monotonic();
    const taken = await this.#redis
      .run(takeScript, [this.#key], [this.#instance, String(heldFor)])
      .catch(() => undefined);
    this.#asking = false;
    if (taken === undefined || this.#closed) return;
    const { held } = this;
    this.#heldUntil = taken === 1 ? before + heldFor : Number.NEGATIVE_INFINITY;
    if (!held && this.held) for (const listener of this.#onTaken) listener();
  }
}

/** KEYS duty; ARGV instance heldFor. Answers 1 where it is the instance's. */
const takeScript = scriptOf(`
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`);

/** KEYS duty; ARGV instance */
const giveScript = scriptOf(`
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
`);
