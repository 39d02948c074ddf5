import { LargeJson, large } from '../largeJson.ts';
import { type Rope, slice, toText } from './rope.ts';

/** A text as JSON; a long one in pieces: as one string, which takes memory of its own, it is made for who wants it so, once. */
export function shown(rope: Rope): string | LargeJson {
  if (rope.units <= large) return toText(rope);
  let whole: string | undefined;
  return new LargeJson(
    () => jsonOf(rope),
    () => {
      whole ??= toText(rope);
      return whole;
    },
  );
}

function* jsonOf(rope: Rope): Generator<string> {
  yield '"';
  for (let at = 0; at < rope.length; at += large)
    yield JSON.stringify(slice(rope, at, Math.min(at + large, rope.length))).slice(1, -1);
  yield '"';
}
