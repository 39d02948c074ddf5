import type { Part } from './chordpro.ts';

/** A line by its words, which stay together where a line is broken; each has the space that follows it. */
export function wordsOf(parts: readonly Part[]): Part[][] {
  const words: Part[][] = [];
  /** Whether the last word may go on. */
  let isOpen = false;
  for (const { chord, text } of parts) {
    for (const [index, piece] of (text.match(/\S+\s*|\s+/g) ?? ['']).entries()) {
      const part = chord && index === 0 ? { chord, text: piece } : { text: piece };
      if (isOpen) words.at(-1)?.push(part);
      else words.push([part]);
      isOpen = !/\s$/.test(piece);
    }
  }
  return words;
}
