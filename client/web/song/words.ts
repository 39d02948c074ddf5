import type { Part } from './chordpro/model.ts';

/** Scripts that are written without spaces: a line may be broken between any two of these letters. */
const unspaced = /[\u2e80-\u3029\u3031-\u9fff\uf900-\ufaff\uff01-\uff9f]|[\u{20000}-\u{3fffd}]/u;
/** Scripts whose words only a dictionary finds: Thai, Lao, Burmese, Khmer. */
const undivided = /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]/;
/** What must not begin a line: it stays with what is before it. */
const closing =
  /[\p{M}\p{Pe}\p{Pf}\u3001\u3002\u3005\u3041\u3043\u3045\u3047\u3049\u3063\u3083\u3085\u3087\u308e\u309b-\u309e\u30a1\u30a3\u30a5\u30a7\u30a9\u30c3\u30e3\u30e5\u30e7\u30ee\u30fb-\u30fe\uff01\uff0c\uff0e\uff1a\uff1b\uff1f\uff5e!,.:;?]/u;
/** What must not end one. */
const opening = /[\p{Ps}\p{Pi}]/u;

/** What is looked up at once: words are found in a time that grows faster than the text. In UTF-16 units. */
const longestRun = 500;

/** A line by its words, which stay together where a line is broken; each has the space that follows it. */
export function wordsOf(parts: readonly Part[]): Part[][] {
  const breaks = breaksIn(parts);
  const words: Part[][] = [];
  /** Whether the last word may go on. */
  let isOpen = false;
  let at = 0;
  for (const { text, ...rest } of parts) {
    const { marks } = rest;
    for (const [index, piece] of piecesOf(text, at, breaks, lettersBelow(rest)).entries()) {
      const part = index === 0 ? { ...rest, text: piece } : { text: piece, ...(marks && { marks }) };
      if (isOpen && !breaks?.has(at)) words.at(-1)?.push(part);
      else words.push([part]);
      at += piece.length;
      isOpen = !/\s$/.test(piece);
    }
  }
  return words;
}

/** How many letters of a script without spaces are as wide as what stands over them: those stay together. */
function lettersBelow({ chord = '', annotation = '' }: Omit<Part, 'text'>): number {
  return Math.ceil((chord.length + annotation.length) / 2);
}

/** A text by what stays together: words, with the space behind them. It begins `at` a place of the line. */
function piecesOf(text: string, at: number, breaks: ReadonlySet<number> | undefined, kept: number): string[] {
  const spaced = text.match(/\S+\s*|\s+/g) ?? [''];
  if (!breaks) return spaced;
  const pieces: string[] = [];
  let begin = 0;
  let end = 0;
  for (const word of spaced) {
    for (const letter of word) {
      if (end > begin && end >= kept && breaks.has(at + end)) {
        pieces.push(text.slice(begin, end));
        begin = end;
      }
      end += letter.length;
    }
    pieces.push(text.slice(begin, end));
    begin = end;
  }
  return pieces;
}

/** Where a line may be broken without a space, as places of all its text; undefined where spaces are enough. */
function breaksIn(parts: readonly Part[]): Set<number> | undefined {
  if (!parts.some(({ text }) => unspaced.test(text) || undivided.test(text))) return undefined;
  const text = parts.map((part) => part.text).join('');
  const breaks = new Set<number>();
  let before = '';
  let at = 0;
  for (const letter of text) {
    const mayBreak = unspaced.test(letter) || unspaced.test(before);
    if (mayBreak && before !== '' && !closing.test(letter) && !opening.test(before)) breaks.add(at);
    before = letter;
    at += letter.length;
  }
  if (!undivided.test(text)) return breaks;
  const segmenter = new Intl.Segmenter('th', { granularity: 'word' });
  for (let from = 0; from < text.length; from += longestRun) {
    for (const { index, segment, isWordLike } of segmenter.segment(text.slice(from, from + longestRun))) {
      if (from + index > 0 && isWordLike && undivided.test(segment)) breaks.add(from + index);
    }
  }
  return breaks;
}
