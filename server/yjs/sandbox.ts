import { Worker } from 'node:worker_threads';
import type { Trial } from '../../shared/documents/type.ts';
import { authorsOf, updatesOf, type YjsContent } from '../../shared/documents/yjs/content.ts';
import { Refusal } from '../../shared/refusals.ts';
import { FairQueue } from './fairQueue.ts';
import { joinedFrom } from './joined.ts';
import { threadTime } from './threadTime.ts';
import type { Answer, Compacted, Task } from './worker.ts';

/** How long the thread may work to make a document, or to compact it then, and to apply one more update to it, in milliseconds. */
const budget = { document: 1_000, next: 250 };
/** How many times as long it may take, while others have the processor: and as long for the thread to begin. */
const patience = 10;
/** What it takes to begin another thread, in milliseconds of work. */
const beginning = 50;
/** How long the thread stays where nothing is to be done, in milliseconds: it takes 10 MB, and less long where it takes more. */
const idleFor = { small: 30_000, large: 1_000 };
/**
 * The heap that it may have, in megabytes, for a document of so many bytes: Yjs itself takes some 6, text twelve times as much as
 * its bytes, lists of small maps up to 35 times, and types in types, made to be many, two hundred times.
 */
const heapFor = (bytes: number) => 16 * Math.ceil((12 + 36 * (bytes / 2 ** 20)) / 16);
/** Megabytes of what is young in it, which V8 takes besides. */
const youngHeap = 8;
/** Bytes of heap from which on it is large: documents as people write them take less. */
const largeHeap = 32 * 2 ** 20;

/** How far a thread has worked, by a clock that never runs back and by the system. */
interface Began {
  at: number;
  worked: number | undefined;
}

interface Waiting {
  /** The updates that make the document, made when they are needed. */
  updates(): Uint8Array[];
  work(): Task['work'];
  /** Who pays, where that is a user. */
  trial?: Trial;
  resolve(compacted: Compacted | undefined): void;
  reject(error: unknown): void;
}

/**
 * A thread in which Yjs makes documents of what the server has as bytes. What takes too long there ends with the thread,
 * and that is paid by who sent it: others have their turn between.
 */
export class Sandbox {
  #thread: Worker | undefined;
  /** Megabytes of heap that it may have. */
  #heap = 0;
  /** Whether it takes much. */
  #isLarge = false;
  /** The system's name for it. */
  #name: string | undefined;
  readonly #trials = new FairQueue<Waiting>();
  readonly #compactions: Waiting[] = [];
  #current: Waiting | undefined;
  /** When what is current began to be worked on. */
  #began: Began | undefined;
  #wasTrial = false;
  #timer: NodeJS.Timeout | undefined;

  /**
   * Resolves where the next update can be applied to a document, which others make. Refuses `too_large` where that takes too
   * long, `conflict` where something is missing, `invalid_operation` where Yjs throws, and `rate_limited` where too many wait, or
   * where who asks has used up its share.
   */
  async try(updates: () => Uint8Array[], next: Uint8Array, trial: Trial): Promise<void> {
    trial.take();
    await new Promise<unknown>((resolve, reject) => {
      this.#trials.push(trial, { updates, work: () => ({ next }), trial, resolve, reject });
      this.#next();
    });
  }

  /** One update that says what all of a document say. Refuses the same. */
  async compact(content: YjsContent): Promise<Compacted> {
    const updates = () => updatesOf(content);
    const work = () => ({ authors: authorsOf(content), deletions: content.deletions.packed });
    const compacted = await new Promise<Compacted | undefined>((resolve, reject) => {
      this.#compactions.push({ updates, work, resolve, reject });
      this.#next();
    });
    if (!compacted) throw new Error('nothing was compacted');
    return compacted;
  }

  #next(): void {
    if (this.#current) return;
    this.#current = this.#turn();
    if (!this.#current) {
      this.#within(this.#isLarge ? idleFor.large : idleFor.small, () => this.#end());
      return;
    }
    const updates = joinedFrom(this.#current.updates());
    const work = this.#current.work();
    const heap = heapFor(updates.bytes.length + ('next' in work ? work.next.length : 0));
    if (this.#heap < heap) this.#end();
    this.#thread ??= this.#begin(heap);
    this.#began = undefined;
    this.#thread.postMessage({ updates, work } satisfies Task, [updates.bytes.buffer]);
    this.#within(patience * budget.document, () => this.#tooLong('document'));
  }

  /** What is next: one of each in turns, where both wait. */
  #turn(): Waiting | undefined {
    const compaction = this.#wasTrial ? this.#compactions.shift() : undefined;
    const next = compaction ?? this.#trials.shift() ?? this.#compactions.shift();
    this.#wasTrial = next?.trial !== undefined;
    return next;
  }

  /** With a heap of so many megabytes. */
  #begin(heap: number): Worker {
    const thread = beginThread(heap);
    this.#heap = heap;
    this.#isLarge = false;
    thread.unref();
    thread.on('message', (answer: Answer) => {
      if (this.#thread === thread) this.#answered(answer);
    });
    thread.on('error', (error) => {
      if (this.#thread !== thread) return;
      this.#thread = undefined;
      const isFull = (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY';
      if (isFull) this.#current?.trial?.charge(beginning);
      const tooLarge = new Refusal('too_large', `Yjs takes more than ${heap} MB of memory to apply it`);
      this.#settle(({ reject }) => reject(isFull ? tooLarge : error));
    });
    return thread;
  }

  #answered(answer: Answer): void {
    if ('heap' in answer) this.#isLarge = answer.heap > largeHeap;
    switch (answer.step) {
      case 'begun':
        this.#name = answer.thread;
        this.#mayWork('document');
        break;
      case 'loaded':
        this.#mayWork(this.#current?.trial ? 'next' : 'document');
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
    this.#began ??= began;
    const look = () => {
      const passed = performance.now() - began.at;
      const worked = this.#workedSince(began);
      const left = budget[on] - (passed > patience * budget[on] ? passed : worked);
      if (left > 0) this.#within(left + 1, look);
      else this.#tooLong(on);
    };
    this.#within(budget[on], look);
  }

  /** Milliseconds; as much as has passed where the system does not say. */
  #workedSince({ at, worked = 0 }: Began): number {
    const now = threadTime(this.#name) ?? Number.POSITIVE_INFINITY;
    return Math.min(performance.now() - at, now - worked);
  }

  #tooLong(on: keyof typeof budget): void {
    const what = on === 'next' ? 'the update' : 'the document';
    const message = `Yjs takes longer than ${budget[on]} ms to apply ${what}`;
    this.#current?.trial?.charge(beginning);
    this.#settle(
      ({ reject }) => reject(new Refusal('too_large', message)),
      () => this.#end(),
    );
  }

  #settle(settle: (waiting: Waiting) => void, before = () => {}): void {
    const current = this.#current;
    if (this.#began) current?.trial?.charge(this.#workedSince(this.#began));
    before();
    this.#current = undefined;
    if (current) settle(current);
    this.#next();
  }

  #end(): void {
    const thread = this.#thread;
    this.#thread = undefined;
    this.#heap = 0;
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
function beginThread(heap: number): Worker {
  const resourceLimits = { maxOldGenerationSizeMb: heap, maxYoungGenerationSizeMb: youngHeap };
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('./worker.js', import.meta.url), { resourceLimits });
  const source = new URL('./worker.ts', import.meta.url);
  const code = `import('tsx/esm/api').then(({ register }) => { register(); return import('${source}'); })`;
  return new Worker(code, { eval: true, resourceLimits });
}
