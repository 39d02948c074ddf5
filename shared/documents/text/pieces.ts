import { escaped } from '../../json.ts';
import { type Rope, textsOf } from './rope.ts';

/** A text as JSON, in the pieces that the rope has: no character is cut in two. */
export function* jsonOf(rope: Rope): Generator<string> {
  yield '"';
  for (const text of textsOf(rope)) yield escaped(text);
  yield '"';
}
