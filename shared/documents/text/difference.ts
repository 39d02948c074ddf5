import { append, type TextOperation, type TextPart, trimmed } from './operation.ts';
import { measure, pairStart } from './rope.ts';

/** What a text is cut into to find what stayed: lines, then words. */
const grains = [/(?<=\n)/, /(?<=\s)(?=\S)/];
/** How often a gap of a gap is searched with the same grain: each time, all of it is read again. */
const deepest = 16;

/**
 * An operation that makes one text of another, where nobody knows any more how it came about. What stands once in both
 * is taken to be the same, first by lines, then by words, so that what is unsent stays in its place between changes. `whole`:
 * no line is cut.
 */
export function difference(before: string, after: string, whole = false): TextOperation {
  const operation: TextPart[] = [];
  compare(before, after, 0, 0, operation, whole);
  return trimmed(operation);
}

/** The same, but that nothing goes: what only `before` has stays, behind a line of its own for what `after` has there. */
export function addition(before: string, after: string): TextOperation {
  const operation: TextPart[] = [];
  const parts = difference(before, after, true);
  for (const [index, part] of parts.entries()) {
    if (typeof part === 'object') append(operation, part.d);
    else append(operation, typeof part === 'string' && typeof parts[index + 1] === 'object' ? `${part}\n` : part);
  }
  return trimmed(operation);
}

function compare(
  before: string,
  after: string,
  grain: number,
  depth: number,
  operation: TextPart[],
  whole: boolean,
): void {
  let start = commonStart(before, after);
  let end = commonEnd(before.slice(start), after.slice(start));
  if (whole && start + end < Math.min(before.length, after.length)) {
    start = before.slice(0, start).search(/.*$/);
    end -= before.slice(before.length - end).search(/\n|$/);
  }
  retain(before.slice(0, start), operation);
  const gone = before.slice(start, before.length - end);
  const come = after.slice(start, after.length - end);
  if (gone === '' || come === '' || grain === (whole ? 1 : grains.length)) {
    append(operation, come);
    append(operation, { d: measure(gone).length });
  } else {
    compareTokens(gone, come, grain, depth, operation, whole);
  }
  retain(before.slice(before.length - end), operation);
}

function compareTokens(
  before: string,
  after: string,
  grain: number,
  depth: number,
  operation: TextPart[],
  whole: boolean,
): void {
  const old = before.split(grains[grain] as RegExp);
  const current = after.split(grains[grain] as RegExp);
  const anchors = commonOnce(old, current);
  let [oldAt, currentAt] = [0, 0];
  for (const [oldIndex, currentIndex] of [...anchors, [old.length, current.length] as const]) {
    const gap = [old.slice(oldAt, oldIndex).join(''), current.slice(currentAt, currentIndex).join('')] as const;
    // What is unique may be found in a smaller gap; where nothing was, only what is smaller may be.
    if (anchors.length > 0 && depth < deepest) compare(...gap, grain, depth + 1, operation, whole);
    else compare(...gap, grain + 1, 0, operation, whole);
    retain(old[oldIndex] ?? '', operation);
    [oldAt, currentAt] = [oldIndex + 1, currentIndex + 1];
  }
}

/** Where the tokens are that stand once in both lists, as many of them as come in the same order. */
function commonOnce(old: string[], current: string[]): (readonly [number, number])[] {
  const places = once(current);
  const pairs = [...once(old)].flatMap(([token, index]) => {
    const place = places.get(token);
    return place === undefined ? [] : [[index, place] as const];
  });
  // The longest ascending run, by patience: each pair goes on the first pile whose top is not before it.
  interface Link {
    pair: readonly [number, number];
    before: Link | undefined;
  }
  const piles: Link[] = [];
  for (const pair of pairs) {
    let [low, high] = [0, piles.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((piles[middle] as Link).pair[1] < pair[1]) low = middle + 1;
      else high = middle;
    }
    piles[low] = { pair, before: piles[low - 1] };
  }
  const run: (readonly [number, number])[] = [];
  for (let link = piles.at(-1); link; link = link.before) run.push(link.pair);
  return run.reverse();
}

/** The tokens that stand once in a list, each with its index. */
function once(tokens: string[]): Map<string, number> {
  const places = new Map<string, number>();
  const repeated = new Set<string>();
  for (const [index, token] of tokens.entries()) {
    if (places.has(token)) repeated.add(token);
    places.set(token, index);
  }
  for (const token of repeated) places.delete(token);
  return places;
}

function retain(text: string, operation: TextPart[]): void {
  append(operation, measure(text).length);
}

/** How many units two texts have in common at their beginning, never half of a pair. */
export function commonStart(one: string, other: string): number {
  let units = 0;
  while (units < one.length && one[units] === other[units]) units += 1;
  return pairStart(one, units);
}

/** The same at their end. */
export function commonEnd(one: string, other: string): number {
  let units = 0;
  const most = Math.min(one.length, other.length);
  while (units < most && one[one.length - 1 - units] === other[other.length - 1 - units]) units += 1;
  const start = one.length - units;
  return pairStart(one, start) === start ? units : units - 1;
}
