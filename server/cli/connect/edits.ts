import type { TextOperation } from '../../../shared/documents/text/operation.ts';
import { transformPosition } from '../../../shared/documents/text.ts';

/** How long a pause ends what is shown as written in one go, in milliseconds. */
const breath = 800;

/** Text that someone writes on at one place. */
interface Run {
  at: number;
  /** Where the next letter is expected, in code points of the song as it is now. */
  end: number;
  text: string;
  timer: NodeJS.Timeout;
}

/** Edits of a song in words. What people type letter by letter becomes a line when they take a breath. */
export class Edits {
  readonly #runs = new Map<string, Run>();
  readonly #show: (user_id: string, words: string) => void;

  constructor(show: (user_id: string, words: string) => void) {
    this.#show = show;
  }

  made(user_id: string, operation: TextOperation): void {
    const inserted = insertionOf(operation);
    const run = this.#runs.get(user_id);
    const goesOn = run !== undefined && inserted?.at === run.end;
    if (run && !goesOn) this.#finish(user_id, run);
    for (const each of this.#runs.values()) each.end = moved(each.end, operation, each === run);
    if (!inserted) {
      this.#show(user_id, editInWords(operation));
      return;
    }
    const { at, text } = inserted;
    clearTimeout(run?.timer);
    const next: Run = {
      at: goesOn ? run.at : at,
      end: at + [...text].length,
      text: goesOn ? run.text + text : text,
      timer: setTimeout(() => this.#finish(user_id, next), breath),
    };
    this.#runs.set(user_id, next);
  }

  /** Shows what was written so far. */
  flush(): void {
    for (const [user_id, run] of this.#runs) this.#finish(user_id, run);
  }

  #finish(user_id: string, { at, text, timer }: Run): void {
    clearTimeout(timer);
    this.#runs.delete(user_id);
    this.#show(user_id, `+${JSON.stringify(text)} at ${at}`);
  }
}

function moved(place: number, operation: TextOperation, isOwn: boolean): number {
  return transformPosition(place, operation, isOwn) as number;
}

/** Where and what an operation inserts that does nothing else. */
function insertionOf(operation: TextOperation): { at: number; text: string } | undefined {
  const [first, second] = operation;
  if (operation.length === 1 && typeof first === 'string') return { at: 0, text: first };
  if (operation.length !== 2 || typeof first !== 'number' || typeof second !== 'string') return undefined;
  return { at: first, text: second };
}

/** `+"Hello" at 12, -3 at 20`: places before the edit, counted in characters. */
function editInWords(operation: TextOperation): string {
  const words: string[] = [];
  let at = 0;
  for (const part of operation) {
    if (typeof part === 'number') {
      at += part;
    } else if (typeof part === 'string') {
      words.push(`+${JSON.stringify(part)} at ${at}`);
    } else {
      words.push(`-${part.d} at ${at}`);
      at += part.d;
    }
  }
  return words.join(', ');
}
