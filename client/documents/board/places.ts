import type { Point, Range, Run } from '../../../shared/documents/board/runs.ts';

/** The character before a place in a text, by its name; null at the beginning. */
export function pointBefore(runs: readonly Run[], at: number): Point | null {
  const [range] = at > 0 ? rangesOf(runs, at - 1, 1) : [];
  return range ? [range.id, range.from] : null;
}

/** The characters of a part of a text, by their names. Throws a RangeError where it has not so many. */
export function rangesOf(runs: readonly Run[], at: number, length: number): Range[] {
  const ranges: Range[] = [];
  let passed = 0;
  for (const { id, from, text } of runs) {
    if (text === undefined) continue;
    const [first, last] = [Math.max(at, passed), Math.min(at + length, passed + text.length)];
    if (first < last) ranges.push({ id, from: from + first - passed, length: last - first });
    passed += text.length;
  }
  if (at < 0 || at + length > passed) throw new RangeError(`the text has ${passed} units`);
  return ranges;
}

/** What makes one text of another: a part that is replaced, which has no half of a surrogate pair. */
export function cutOf(before: string, after: string): { at: number; length: number; insert: string } {
  let at = 0;
  while (at < before.length && at < after.length && before[at] === after[at]) at += 1;
  if (isInPair(before, at) || isInPair(after, at)) at -= 1;
  let same = 0;
  const most = Math.min(before.length, after.length) - at;
  while (same < most && before.at(-same - 1) === after.at(-same - 1)) same += 1;
  if (isInPair(before, before.length - same) || isInPair(after, after.length - same)) same -= 1;
  return { at, length: before.length - same - at, insert: after.slice(at, after.length - same) };
}

function isInPair(text: string, at: number): boolean {
  const [before, behind] = [text.charCodeAt(at - 1), text.charCodeAt(at)];
  return before >= 0xd800 && before < 0xdc00 && behind >= 0xdc00 && behind < 0xe000;
}
