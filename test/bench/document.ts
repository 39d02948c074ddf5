import { type as textUnicode } from 'ot-text-unicode';
import type { TextOperation } from '../../shared/documents/text/operation.ts';
import { text } from '../../shared/documents/text.ts';
import type { Entry } from '../../shared/documents/type.ts';
import { Random } from '../support/random.ts';
import { printTable, ratios, show, showSpread, spread } from './figures.ts';
import { lyrics } from './lyrics.ts';
import type { Effort, Scenario } from './scenario.ts';

/** A keystroke as a server receives it. */
interface Keystroke {
  operation: unknown;
  client_id: string;
  /** How long the text was where it was made. */
  length: number;
}

type Content = ReturnType<typeof text.create>;
type Committed = Entry<TextOperation>;

const sizes = { '20 KB': 20_000, '100 KB': 100_000, '1 MB': 1_000_000 };
const limits = { max_operation_bytes: 256 * 1024, max_operation_parts: 2_000 };
const letters = [...'etaoin shrdlu\n'];
/** How many keystrokes there are before the text begins anew. */
const recorded = 2_000;

/** What an operation costs a document, beside ot-text-unicode's own apply() of it to a string. */
export const documentScenario: Scenario = {
  name: 'document',
  about: 'a keystroke in a text, made 0 and 10 operations ago: decode, check, transform, apply',

  async run(effort) {
    const figures = Object.entries(sizes).map(([size, length]) => ({ size, ...measure(length, effort) }));
    const head = ['', 'string apply', '0 ago', 'times as fast', '10 ago', 'times as fast'];
    const rows = figures.map(({ size, string_us, ago_0, ago_10 }) => [
      size,
      `${show(spread(string_us).median)} µs`,
      ...[ago_0, ago_10].flatMap(({ us, times_as_fast }) => [
        `${show(spread(us).median)} µs`,
        showSpread(times_as_fast),
      ]),
    ]);
    printTable([head, ...rows]);
    return { figures, problems: [] };
  },
};

function measure(length: number, { seconds, repeat }: Effort) {
  const start = lyrics(length);
  const work = { string: applyToString(start), ago_0: receive(start, 0), ago_10: receive(start, 10) };
  const us = { string: [] as number[], ago_0: [] as number[], ago_10: [] as number[] };
  for (let round = 0; round < repeat; round++) {
    us.string.push(time(work.string, seconds / 6));
    us.ago_0.push(time(work.ago_0, seconds / 6));
    us.ago_10.push(time(work.ago_10, seconds / 6));
  }
  return {
    string_us: us.string,
    ago_0: { us: us.ago_0, times_as_fast: ratios(us.string, us.ago_0) },
    ago_10: { us: us.ago_10, times_as_fast: ratios(us.string, us.ago_10) },
  };
}

/** Mean microseconds of a piece of work. */
function time(work: Generator<void>, seconds: number): number {
  const start = performance.now();
  let elapsed = 0;
  let done = 0;
  for (; elapsed < seconds * 1000; elapsed = performance.now() - start) {
    for (let few = 0; few < 10; few++) work.next();
    done += 10;
  }
  return (elapsed * 1000) / done;
}

/** The baseline: what was committed, applied to a string by the library. */
function* applyToString(start: string): Generator<void> {
  const { committed } = record(start, 0);
  for (;;) {
    let content = start;
    for (const { operation } of committed) {
      content = textUnicode.apply(content, operation as Parameters<typeof textUnicode.apply>[1]);
      yield;
    }
  }
}

function* receive(start: string, ago: number): Generator<void> {
  const { keystrokes } = record(start, ago);
  const loaded = text.load(start);
  for (;;) {
    const room = new Room(loaded, ago);
    for (const keystroke of keystrokes) {
      room.commit(keystroke);
      yield;
    }
  }
}

/** What a room does with an operation, but for the log. */
class Room {
  content: Content;
  readonly committed: Committed[] = [];
  readonly #ago: number;

  /** `ago`: how many operations were committed since each was made. */
  constructor(content: Content, ago: number) {
    this.content = content;
    this.#ago = ago;
  }

  commit({ operation, client_id, length }: Keystroke): Committed {
    let current = text.decode(operation, limits);
    text.check(current, { length }, { user_id: client_id, role: 'editor' });
    for (const over of this.committed.slice(Math.max(0, this.committed.length - this.#ago))) {
      current = text.transform?.(current, over.operation, client_id < over.client_id ? 'left' : 'right') ?? current;
    }
    const entry = { operation: current, client_id, user_id: client_id, timestamp: 0 };
    this.content = text.apply(this.content, entry, this.committed.length + 1);
    this.committed.push(entry);
    return entry;
  }
}

/**
 * One more people than `ago` type in turns: runs of characters, now and then a deletion, now and then elsewhere. So
 * everyone has seen all up to their own last keystroke, and the carets need not be moved by what others do.
 */
function record(start: string, ago: number): { keystrokes: Keystroke[]; committed: Committed[] } {
  const random = new Random(1);
  const room = new Room(text.load(start), ago);
  const lengths = [text.length(room.content)];
  const carets = Array.from({ length: ago + 1 }, () => random.between(0, text.length(room.content)));
  const keystrokes: Keystroke[] = [];
  for (let turn = 0; turn < recorded; turn++) {
    const typist = turn % carets.length;
    const length = lengths[Math.max(0, turn - ago)] ?? 0;
    const caret = random.oneIn(25) ? random.between(1, length) : Math.min(carets[typist] ?? 0, length);
    const part = caret > 0 && random.oneIn(7) ? { d: 1 } : random.pick(letters);
    const keystroke = { operation: typing(caret, part), client_id: `${typist}`, length };
    keystrokes.push(keystroke);
    const { operation } = room.commit(keystroke);
    carets[typist] = behind(operation);
    lengths.push(text.length(room.content));
  }
  return { keystrokes, committed: room.committed };
}

/** A character typed or deleted before the caret. */
function typing(caret: number, part: string | { d: number }): TextOperation {
  const at = typeof part === 'string' ? caret : caret - 1;
  return at > 0 ? [at, part] : [part];
}

/** Where the caret of the one who typed is then. */
function behind(operation: TextOperation): number {
  return operation.reduce<number>(
    (at, part) => at + (typeof part === 'object' ? 0 : typeof part === 'string' ? 1 : part),
    0,
  );
}
