import { pairStart } from '../../shared/documents/text/rope.ts';

/** The beginning of a text, where it is longer than so many UTF-16 units, and what to say then in place of the rest. */
export function shortened(text: string, most: number, rest = '…'): string {
  return text.length > most ? text.slice(0, pairStart(text, most)) + rest : text;
}
