import type { Part } from './chordpro.ts';

/** A line by its words, which stay together where a line is broken; each has the space that follows it. */
export function wordsOf(parts: readonly Part[]): Part[][] {
  const words: Part[][] = [];
  let word: Part[] = [];
  for (const { chord, text } of parts) {
    for (const [index, piece] of text.split(/(?<=\s)(?=\S)/).entries()) {
      word.push(chord && index === 0 ? { chord, text: piece } : { text: piece });
      if (!/\s$/.test(piece)) continue;
      words.push(word);
      word = [];
    }
  }
  return word.length > 0 ? [...words, word] : words;
}
