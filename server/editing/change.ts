import { commonEnd, commonStart, difference } from '../../shared/documents/text/difference.ts';
import { append, type TextOperation, type TextPart, trimmed } from '../../shared/documents/text/operation.ts';
import { measure } from '../../shared/documents/text/rope.ts';

/** Of how many UTF-16 units, of both texts together, lines and words are compared: some ten milliseconds. */
const most = 64 * 1024;

/** What makes one text of another. */
export interface Change {
  operation: TextOperation;
  /** How many units were compared line by line and word by word: that takes long. */
  compared: number;
}

/** The difference of two texts: what stands at both ends stays, and between them lines and words where that is not too long. */
export function changeOf(before: string, after: string): Change {
  const start = commonStart(before, after);
  const end = commonEnd(before.slice(start), after.slice(start));
  const gone = before.slice(start, before.length - end);
  const come = after.slice(start, after.length - end);
  const operation: TextPart[] = [];
  append(operation, measure(before.slice(0, start)).length);
  const compared = gone === '' || come === '' ? 0 : gone.length + come.length;
  if (compared > 0 && compared <= most) {
    for (const part of difference(gone, come)) append(operation, part);
    return { operation: trimmed(operation), compared };
  }
  append(operation, come);
  append(operation, { d: measure(gone).length });
  return { operation: trimmed(operation), compared: 0 };
}
