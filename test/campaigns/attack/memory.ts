import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Inspector } from '../../support/inspector.ts';
import type { ServerProcess } from '../../support/process.ts';

/** How much more memory may be held when all is over, in megabytes. */
export const mayStay = 32;
/** How long it may take until no more is held, and how often garbage is collected to see that, in seconds and milliseconds. */
export const patience = 30;
const collectEvery = 2_000;
/** How often is looked at the memory, in milliseconds. */
const lookEvery = 50;

/** The memory of a server: what it takes, garbage included, and what it holds, which is what a collection leaves. */
export class Memory {
  readonly #server: ServerProcess;
  readonly #inspector: Inspector;
  /** What a server holds that has done nothing yet, and what this one held before the attack. */
  readonly #fresh: number;
  #held: number;
  #used = 0;
  #quiet = 0;
  #peak = 0;
  #after = 0;
  #timer: NodeJS.Timeout | undefined;

  private constructor(server: ServerProcess, inspector: Inspector) {
    this.#server = server;
    this.#inspector = inspector;
    this.#fresh = this.now() ?? 0;
    this.#held = this.#fresh;
  }

  /** Of a server that has done nothing yet. */
  static async open(server: ServerProcess): Promise<Memory> {
    const inspector = await Inspector.open(server);
    await inspector.holdings();
    return new Memory(server, inspector);
  }

  /** Megabytes that it has of its own: what LMDB maps of its file is the kernel's to take back. Undefined: it is gone. */
  now(): number | undefined {
    try {
      const status = readFileSync(`/proc/${this.#server.pid}/status`, 'utf8');
      const [, kilobytes] = /^RssAnon:\s+(\d+) kB/m.exec(status) ?? [];
      return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
    } catch {
      return undefined;
    }
  }

  /** It has been in use, and nobody has attacked it: what it takes now, garbage included, it may always take. */
  used(): void {
    this.#used = this.now() ?? 0;
  }

  /** From here on more than now, and than it took when it was in use, is more than when it was quiet. */
  watch(): void {
    this.#quiet = Math.max(this.#used, this.now() ?? 0);
    this.#peak = 0;
    this.#timer = setInterval(() => this.#look(), lookEvery);
  }

  /**
   * Resolves with the seconds after which it holds no more than before the attack, nor twice as much more than a server that
   * has done nothing, or with how long that was waited for.
   */
  async back(): Promise<number> {
    this.#look();
    clearInterval(this.#timer);
    const began = performance.now();
    const seconds = () => (performance.now() - began) / 1_000;
    do {
      await Promise.race([this.#inspector.holdings(), pause(collectEvery)]);
      const now = this.now() ?? 0;
      this.#after = Math.max(now - this.#held, now - this.#fresh - mayStay);
      if (this.#after > mayStay) await pause(collectEvery);
    } while (this.#after > mayStay && seconds() < patience);
    this.#held = Math.max(this.#fresh, this.now() ?? 0);
    return seconds();
  }

  /** Megabytes above what it was: at most, and in the end. */
  get figures() {
    return { peak: Math.max(0, this.#peak - this.#quiet), after: this.#after };
  }

  close(): void {
    clearInterval(this.#timer);
    this.#inspector.close();
  }

  #look(): void {
    this.#peak = Math.max(this.#peak, this.now() ?? 0);
  }
}
