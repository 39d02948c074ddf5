import { setImmediate } from 'node:timers/promises';
import type { LargeJson } from '../../shared/documents/largeJson.ts';

/** After how many milliseconds others have their turn. */
const slice = 4;

/** All of the JSON as text, made in slices between which others have their turn. */
export async function textInTurns(json: LargeJson): Promise<string> {
  let text = '';
  let began = performance.now();
  for (const piece of json.pieces()) {
    text += piece;
    if (performance.now() - began < slice) continue;
    await setImmediate();
    began = performance.now();
  }
  return text;
}
