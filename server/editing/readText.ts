import type { Stand } from '../rooms/stand.ts';

/** A text as it was read. */
export interface ReadText extends Stand {
  text: string;
}
