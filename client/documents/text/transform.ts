import type { TextOperation } from '../../../shared/documents/text/operation.ts';
import { transformOperation as transform } from '../../../shared/documents/text/transform.ts';

/** Two operations on one text, each as it is after the other. `first`: what the first inserts comes first. */
export function cross(one: TextOperation, other: TextOperation, first: boolean): [TextOperation, TextOperation] {
  return [transform(one, other, first ? 'left' : 'right'), transform(other, one, first ? 'right' : 'left')];
}
