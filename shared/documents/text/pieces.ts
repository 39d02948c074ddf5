import { LargeJson, large } from '../largeJson.ts';
import { type Rope, slice, toText } from './rope.ts';

/** A text as JSON; a long one in pieces, so that it never is one string: that takes memory of its own each time. */
export function shown(rope: Rope): string | LargeJson {
  if (rope.units <= large) return toText(rope);
  return new LargeJson(
    () => jsonOf(rope),
    () => toText(rope),
  );
}

function* jsonOf(rope: Rope): Generator<string> {
  yield '"';
  for (let at = 0; at < rope.length; at += large)
    yield JSON.stringify(slice(rope, at, Math.min(at + large, rope.length))).slice(1, -1);
  yield '"';
}
