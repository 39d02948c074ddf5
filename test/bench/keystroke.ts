import { Random } from '../support/random.ts';

const random = new Random(1);

/** One character somewhere. As every operation of a benchmark is one, a text is as long as its revision says. */
export function keystroke(revision: number): (number | string)[] {
  const position = random.between(0, revision);
  return position === 0 ? ['x'] : [position, 'x'];
}
