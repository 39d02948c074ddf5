import { append, consumed, type TextOperation, type TextPart, trimmed } from './operation.ts';
import { measure, pairStart } from './rope.ts';

/** What a text is cut into to find what stayed. Its beginning and its end are cuts too. */
interface Grain {
  separator: RegExp;
  isCut(text: string, at: number): boolean;
}

const lines: Grain = { separator: /(?<=\n)/, isCut: (text, at) => text[at - 1] === '\n' };
const words: Grain = {
  separator: /(?<=\s)(?=\S)/,
  isCut: (text, at) => isSpace(text[at - 1]) && !isSpace(text[at]),
};
/** Between any two letters: what one word has in common with another that stands in its place. */
const anywhere = () => true;
const grains = [lines, words];
/** Lines alone, each with the end of the one before it: so the last one is like all others. */
const wholeLines: Grain = { separator: /(?=\n)/, isCut: (text, at) => text[at] === '\n' };
/** How often a gap of a gap is searched with the same grain: each time, all of it is read again. */
const deepest = 16;

/**
 * An operation that makes one text of another, where nobody knows any more how it came about. What stands once in both
 * is taken to be the same, first by lines, then by words, so that what is unsent stays in its place between changes.
 */
export function difference(before: string, after: string): TextOperation {
  const operation: TextPart[] = [];
  compare(before, after, grains, 0, operation);
  return trimmed(operation);
}

/**
 * The same, but that nothing goes: what only `before` has stays, behind a line of its own for what `after` has there. A line
 * that stands once in both is not added, also where its place is another.
 */
export function addition(before: string, after: string): TextOperation {
  const parts: TextPart[] = [];
  compare(`\n${before}`, `\n${after}`, [wholeLines], 0, parts);
  const operation: TextPart[] = [];
  // The end of a line before the first one, which is not there: what comes before it ends with one in its place.
  let ahead = 1;
  for (const part of parts) {
    if (typeof part === 'string') append(operation, ahead > 0 ? `${part.slice(1)}\n` : part);
    else {
      append(operation, consumed(part) - ahead);
      ahead = 0;
    }
  }
  return trimmed(operation);
}

/** By the first of the grains, and what that leaves by the others. */
function compare(before: string, after: string, some: Grain[], depth: number, operation: TextPart[]): void {
  const [grain] = some;
  const isOneWord = !words.separator.test(before) && !words.separator.test(after);
  between(before, after, grain?.isCut ?? (isOneWord ? anywhere : undefined), operation, (gone, come) => {
    if (grain && !isOnePlace(gone, come, grain)) compareTokens(gone, come, some, depth, operation);
    else
      between(gone, come, grain && anywhere, operation, (old, current) => {
        append(operation, current);
        append(operation, { d: measure(old).length });
      });
  });
}

/** Keeps what two texts have in common at their beginning and end, in whole tokens, and hands on what lies between. */
function between(
  before: string,
  after: string,
  isCut: Grain['isCut'] | undefined,
  operation: TextPart[],
  compareRest: (gone: string, come: string) => void,
): void {
  const [gone, come, start, end] = isCut ? commonTokens(before, after, isCut) : [before, after, '', ''];
  retain(start, operation);
  compareRest(gone, come);
  retain(end, operation);
}

/** Whether something came or went at one place, and no more than that. No line becomes the beginning and end of several. */
function isOnePlace(before: string, after: string, grain: Grain): boolean {
  const [gone, come, , end] = commonTokens(before, after, anywhere);
  return !(gone && come) && !(end && grain === wholeLines && /\n/.test(gone + come));
}

/** What two texts have each for itself, and in common at their beginning, and then at their end, in whole tokens. */
function commonTokens(
  before: string,
  after: string,
  isCut: Grain['isCut'],
): [gone: string, come: string, start: string, end: string] {
  const isCutAt = (text: string, at: number) => at === 0 || at === text.length || isCut(text, at);
  let start = commonStart(before, after);
  while (!isCutAt(before, start) || !isCutAt(after, start)) start -= 1;
  let end = commonEnd(before.slice(start), after.slice(start));
  while (!isCutAt(before, before.length - end) || !isCutAt(after, after.length - end)) end -= 1;
  const cut = before.length - end;
  return [before.slice(start, cut), after.slice(start, after.length - end), before.slice(0, start), before.slice(cut)];
}

function compareTokens(before: string, after: string, some: Grain[], depth: number, operation: TextPart[]): void {
  const [grain, ...finer] = some as [Grain, ...Grain[]];
  const old = before.split(grain.separator);
  const current = after.split(grain.separator);
  const here = once(old);
  const there = once(current);
  const anchors = commonOnce(here, there);
  // Of lines that are added none comes again that stands once in both, though in another order.
  const isNew = (token: string) => grain !== wholeLines || !here.has(token) || !there.has(token);
  let [oldAt, currentAt] = [0, 0];
  for (const [oldIndex, currentIndex] of [...anchors, [old.length, current.length] as const]) {
    const gap = [
      old.slice(oldAt, oldIndex).join(''),
      current.slice(currentAt, currentIndex).filter(isNew).join(''),
    ] as const;
    // What is unique may be found in a smaller gap; where nothing was, only what is smaller may be.
    if (anchors.length > 0 && depth < deepest) compare(...gap, some, depth + 1, operation);
    else compare(...gap, finer, 0, operation);
    retain(old[oldIndex] ?? '', operation);
    [oldAt, currentAt] = [oldIndex + 1, currentIndex + 1];
  }
}

/** Where the tokens are that stand once in each of two lists, as many of them as come in the same order. */
function commonOnce(old: Map<string, number>, places: Map<string, number>): (readonly [number, number])[] {
  const pairs = [...old].flatMap(([token, index]) => {
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
  // Where each is last: what is anywhere else, too, goes.
  const places = new Map(tokens.map((token, index) => [token, index]));
  for (const [index, token] of tokens.entries()) if (places.get(token) !== index) places.delete(token);
  return places;
}

function isSpace(unit: string | undefined): boolean {
  return unit !== undefined && /\s/.test(unit);
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
