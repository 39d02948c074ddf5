import { Refusal } from '../../refusals.ts';
import { knownOf, ownCopy } from '../copies.ts';

/**
 * A piece of a text whose characters, in UTF-16 units, were typed one after the other: they are named `id` and `from`, `from + 1`,
 * and so on, for good. What was deleted leaves its length.
 */
export type Run =
  | { readonly id: string; readonly from: number; readonly text: string; readonly gone?: never }
  | { readonly id: string; readonly from: number; readonly gone: number; readonly text?: never };

/** A character by its name. */
export type Point = readonly [id: string, index: number];

/** Characters of one run. */
export interface Range {
  readonly id: string;
  readonly from: number;
  readonly length: number;
}

export function textOf(runs: readonly Run[]): string {
  return runs.map(({ text = '' }) => text).join('');
}

export function lengthOf({ text, gone }: Run): number {
  return gone ?? text.length;
}

/** Puts a run behind a character, or first. Refuses what is there already, and `not_found` a character that is not. */
export function insertRun(runs: readonly Run[], after: Point | null, run: Run): Run[] {
  const end = run.from + lengthOf(run);
  const [id, index = 0] = after ?? [];
  const named = namedBy(runs, run.id, id);
  if (named.some((each) => each.id === run.id && each.from < end && run.from < each.from + lengthOf(each)))
    throw new Refusal('invalid_operation', `${run.id} ${run.from} is there already`);
  if (!after) return spliced(runs, 0, 0, [run]);
  const met = named.find((each) => each.id === id && each.from <= index && index < each.from + lengthOf(each));
  if (!met) throw new Refusal('not_found', `there is no character ${id} ${index}`);
  return spliced(runs, runs.indexOf(met), 1, split(met, index + 1, run));
}

/** Runs by their names. */
type ByName = Map<string, Run[]>;

/**
 * The runs of two names. A text has thousands, and an operation may write in it thousands of times: from the second on they
 * are looked up.
 */
function namedBy(runs: readonly Run[], one: string, other = one): readonly Run[] {
  const byName = knownOf(runs, () => byNameOf(runs));
  if (!byName) return runs.filter(({ id }) => id === one || id === other);
  return [...(byName.get(one) ?? []), ...(byName.get(other) ?? [])];
}

function byNameOf(runs: readonly Run[]): ByName {
  const byName: ByName = new Map();
  for (const run of runs) addTo(byName, run);
  return byName;
}

function addTo(byName: ByName, run: Run): void {
  const those = byName.get(run.id);
  if (those) those.push(run);
  else byName.set(run.id, [run]);
}

/** Other runs in the place of some, joined with those beside them: all others are so already. */
function spliced(runs: readonly Run[], at: number, removed: number, made: readonly Run[]): Run[] {
  const [first, end] = [Math.max(0, at - 1), at + removed + 1];
  const among = joined([...runs.slice(first, at), ...made, ...runs.slice(at + removed, end)]);
  const copy = ownCopy(runs as Run[], () => runs.slice());
  const gone = copy.splice(first, end - first, ...among);
  const byName = knownOf<ByName>(copy);
  if (byName) {
    for (const run of gone) byName.set(run.id, without(byName.get(run.id), run));
    for (const run of among) addTo(byName, run);
  }
  return copy;
}

function without(runs: readonly Run[] = [], run: Run): Run[] {
  return runs.filter((each) => each !== run);
}

/** The characters of a range that are there, as they are. */
export function present(runs: readonly Run[], { id, from, length }: Range): Run[] {
  return runs.flatMap((run) => {
    if (run.id !== id || run.gone !== undefined) return [];
    const [start, end] = [Math.max(from, run.from), Math.min(from + length, run.from + run.text.length)];
    return start < end ? [{ id, from: start, text: run.text.slice(start - run.from, end - run.from) }] : [];
  });
}

/** Takes the characters of a range away; what is gone already stays so. */
export function removeRange(runs: readonly Run[], range: Range): readonly Run[] {
  return covered(runs, range, ({ id, from, text }) =>
    text === undefined ? undefined : { id, from, gone: text.length },
  );
}

/** Brings characters back that were taken away; what is there stays as it is. */
export function restoreRun(runs: readonly Run[], { id, from, text = '' }: Run): readonly Run[] {
  return covered(runs, { id, from, length: text.length }, (run) =>
    run.gone === undefined
      ? undefined
      : { id, from: run.from, text: text.slice(run.from - from, run.from - from + run.gone) },
  );
}

/** Replaces what a range covers of each run, where `make` makes something of that. The same where it nowhere does. */
function covered(
  runs: readonly Run[],
  { id, from, length }: Range,
  make: (part: Run) => Run | undefined,
): readonly Run[] {
  let isChanged = false;
  const changed: Run[] = [];
  for (const run of runs) {
    const end = run.from + lengthOf(run);
    const [first, last] = [Math.max(from, run.from), Math.min(from + length, end)];
    const made = run.id === id && first < last ? make(cut(run, first, last)) : undefined;
    if (!made) {
      changed.push(run);
      continue;
    }
    isChanged = true;
    if (run.from < first) changed.push(cut(run, run.from, first));
    changed.push(made);
    if (last < end) changed.push(cut(run, last, end));
  }
  return isChanged ? joined(changed) : runs;
}

/** A part of a run. Refuses what would be half of a surrogate pair. */
function cut(run: Run, first: number, last: number): Run {
  const { id, from, text } = run;
  if (text === undefined) return { id, from: first, gone: last - first };
  const part = text.slice(first - from, last - from);
  if (!part.isWellFormed()) throw new Refusal('invalid_operation', 'half of a character');
  return { id, from: first, text: part };
}

function split(run: Run, index: number, between: Run): Run[] {
  const end = run.from + lengthOf(run);
  return index === end ? [run, between] : [cut(run, run.from, index), between, cut(run, index, end)];
}

/** Runs that follow each other, and go on by name, are one. */
function joined(runs: readonly Run[]): Run[] {
  const all: Run[] = [];
  for (const run of runs) {
    const last = all.at(-1);
    const goesOn = last && last.id === run.id && last.from + lengthOf(last) === run.from;
    if (goesOn && last.text !== undefined && run.text !== undefined)
      all[all.length - 1] = { ...last, text: last.text + run.text };
    else if (goesOn && last.gone !== undefined && run.gone !== undefined)
      all[all.length - 1] = { ...last, gone: last.gone + run.gone };
    else all.push(run);
  }
  return all;
}
