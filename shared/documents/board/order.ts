import { generateKeyBetween } from 'fractional-indexing';
import { malformed } from '../../json.ts';

/** Characters of a place: some six items put at one point add one. */
const longest = 1_024;

/** A place between two: of equal ones, behind them. Null where there is none. */
export function between(before: string | null, after: string | null): string {
  return generateKeyBetween(before, after !== null && before !== null && after <= before ? null : after);
}

/** Reads a place from the wire: one that others can put something beside. */
export function decodeKey(raw: unknown, field: string): string {
  try {
    if (typeof raw === 'string' && raw.length <= longest && generateKeyBetween(raw, null)) return raw;
  } catch {}
  throw malformed(field, 'a fractional index');
}

/** The order of items: of one place, by their ids. */
export function byPlace([one, { at }]: [string, { at: string }], [other, { at: behind }]: [string, { at: string }]) {
  if (at !== behind) return at < behind ? -1 : 1;
  return one < other ? -1 : 1;
}
