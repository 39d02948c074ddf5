import { firstPlace } from '../../../shared/firstPlace.ts';

/** Where each line of a source begins but the first, in UTF-16 units. */
export function lineStarts(source: string): number[] {
  const starts: number[] = [];
  for (let end = source.indexOf('\n'); end >= 0; end = source.indexOf('\n', end + 1)) starts.push(end + 1);
  return starts;
}

/** In which line a place is, counted from 0. */
export function lineAt(starts: readonly number[], place: number): number {
  return firstPlace(starts, (start) => start > place);
}
