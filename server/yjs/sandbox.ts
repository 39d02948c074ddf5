import { Worker } from 'node:worker_threads';
import { Refusal } from '../../shared/refusals.ts';
import { threadTime } from './threadTime.ts';
import type { Answer, Task } from './worker.ts';

/** How long the thread may work to make a document, and to apply one more update to it, in milliseconds. */
const budget = { document: 1_000, next: 250 };
/** How many times as long it may take, while others have the processor: and as long for the thread to begin. */
const patience = 10;
/** How many tasks may wait. */
const longestQueue = 64;
/** How long the thread stays where nothing is to be done, in milliseconds: it takes 10 MB. */
const idleFor = 30_000;

interface Waiting extends Task {
  resolve(compacted: Uint8Array | undefined): void;
  reject(error: unknown): void;
}

/**
 * A thread in which Yjs makes documents of what the server has as bytes. What takes too long there ends with the thread,
 * and nobody has waited for it but who sent it.
 */
export class Sandbox {
  #thread: Worker | undefined;
  /** The system's name for it. */
  #name: string | undefined;
  readonly #queue: Waiting[] = [];
  #current: Waiting | undefined;
  #timer: NodeJS.Timeout | undefined;

  /**
   * Resolves where the next update can be applied to a document, which others make. Refuses `too_large` where that takes too
   * long, `conflict` where something is missing, `invalid_operation` where Yjs throws, and `rate_limited` where too many wait.
   */
  async try(updates: Uint8Array[], next: Uint8Array): Promise<void> {
    await this.#ask({ updates, next });
  }

  /** One update that says what all of them say. Refuses the same. */
  async compact(updates: Uint8Array[]): Promise<Uint8Array> {
    const compacted = await this.#ask({ updates });
    if (!compacted) throw new Error('nothing was compacted');
    return compacted;
  }

  #ask(task: Task): Promise<Uint8Array | undefined> {
    if (this.#queue.length >= longestQueue)
      return Promise.reject(new Refusal('rate_limited', 'many updates are being tried', { retry_after_ms: 1_000 }));
    return new Promise((resolve, reject) => {
      this.#queue.push({ ...task, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    if (this.#current) return;
    this.#current = this.#queue.shift();
    if (!this.#current) {
      this.#within(idleFor, () => this.#end());
      return;
    }
    const { updates, next } = this.#current;
    this.#thread ??= this.#begin();
    this.#thread.postMessage({ updates, ...(next && { next }) } satisfies Task);
    this.#within(patience * budget.document, () => this.#tooLong('document'));
  }

  #begin(): Worker {
    const thread = beginThread();
    thread.unref();
    thread.on('message', (answer: Answer) => {
      if (this.#thread === thread) this.#answered(answer);
    });
    thread.on('error', (error) => {
      if (this.#thread !== thread) return;
      this.#thread = undefined;
      this.#settle(({ reject }) => reject(error));
    });
    return thread;
  }

  #answered(answer: Answer): void {
    switch (answer.step) {
      case 'begun':
        this.#name = answer.thread;
        this.#mayWork('document');
        break;
      case 'loaded':
        this.#mayWork('next');
        break;
      case 'done':
        this.#settle(({ resolve }) => resolve(answer.compacted));
        break;
      case 'pending':
        this.#settle(({ reject }) =>
          reject(new Refusal('conflict', 'something is missing that it builds on: join again')),
        );
        break;
      case 'failed':
        this.#settle(({ reject }) =>
          reject(new Refusal('invalid_operation', `Yjs does not take it: ${answer.message}`)),
        );
        break;
    }
  }

  /** Gives the thread as long as it may work, however long that takes, within bounds. */
  #mayWork(on: keyof typeof budget): void {
    const began = { at: performance.now(), worked: threadTime(this.#name) };
    const look = () => {
      const passed = performance.now() - began.at;
      const worked = (threadTime(this.#name) ?? Number.POSITIVE_INFINITY) - (began.worked ?? 0);
      const left = budget[on] - (passed > patience * budget[on] ? passed : Math.min(passed, worked));
      if (left > 0) this.#within(left + 1, look);
      else this.#tooLong(on);
    };
    this.#within(budget[on], look);
  }

  #tooLong(on: keyof typeof budget): void {
    this.#end();
    const what = on === 'next' ? 'the update' : 'the document';
    const message = `Yjs takes longer than ${budget[on]} ms to apply ${what}`;
    this.#settle(({ reject }) => reject(new Refusal('too_large', message)));
  }

  #settle(settle: (waiting: Waiting) => void): void {
    const current = this.#current;
    this.#current = undefined;
    if (current) settle(current);
    this.#next();
  }

  #end(): void {
    const thread = this.#thread;
    this.#thread = undefined;
    clearTimeout(this.#timer);
    void thread?.terminate();
  }

  #within(milliseconds: number, tooLate: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(tooLate, milliseconds);
    this.#timer.unref();
  }
}

/** The thread of worker.ts; where the server runs from its sources, as in tests, that has to be compiled first. */
function beginThread(): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('./worker.js', import.meta.url));
  const source = new URL('./worker.ts', import.meta.url);
  const code = `import('tsx/esm/api').then(({ register }) => { register(); return import('${source}'); })`;
  return new Worker(code, { eval: true });
}
