import type { Slots } from './slots.ts';

/** How long the next notice of a room waits for the one before, in milliseconds. */
const patience = 10_000;
/** How many notices of a room may wait. */
const mostWaiting = 1_000;
/** How long it is waited for them when the server stops, in milliseconds. */
const closing = 5_000;

/** Something to tell an application. */
export interface Notice {
  readonly hook: 'onChange' | 'onJoin' | 'onLeave';
  tell(): unknown;
  /** Takes in what comes next; false where that has to be told by itself. */
  add?(next: Notice): boolean;
}

interface Line {
  waiting: Notice[];
  /** Resolves when there is nothing more to tell. */
  emptied: Promise<void>;
}

/** Tells an application what happens in rooms: of each room in order, and no room waits for it. */
export class Notices {
  readonly #lines = new Map<string, Line>();
  readonly #slots: Slots;
  readonly #onFailed: (hook: Notice['hook'], error: unknown) => void;

  /** `onFailed`: told what hooks throw, and of what was not told at all. */
  constructor(slots: Slots, onFailed: (hook: Notice['hook'], error: unknown) => void) {
    this.#slots = slots;
    this.#onFailed = onFailed;
  }

  push(key: string, notice: Notice): void {
    const line = this.#lines.get(key);
    if (!line) {
      const begun = { waiting: [notice], emptied: Promise.resolve() };
      this.#lines.set(key, begun);
      begun.emptied = this.#run(key, begun);
    } else if (!line.waiting.at(-1)?.add?.(notice)) {
      if (line.waiting.length < mostWaiting) line.waiting.push(notice);
      else this.#onFailed(notice.hook, new Error(`${mostWaiting} of a room wait already: this one is not told`));
    }
  }

  /** Resolves when all is told, or has taken too long. */
  async close(): Promise<void> {
    const lines = [...this.#lines.values()].map(({ emptied }) => emptied);
    await inTime(Promise.all(lines), closing).catch((error) => this.#onFailed('onChange', error));
  }

  async #run(key: string, { waiting }: Line): Promise<void> {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const release = await this.#slots.take();
      try {
        await inTime(next.tell(), patience);
      } catch (error) {
        this.#onFailed(next.hook, error);
      }
      release();
    }
    this.#lines.delete(key);
  }
}

async function inTime(answer: unknown, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${milliseconds / 1000} s`)), milliseconds);
  });
  try {
    await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
