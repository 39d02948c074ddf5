/** Lines by the columns that letters take: Chinese, Japanese and Korean ones take two, accents none. */

/** Signs of their own width, as terminals and editors set them. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff01-\uff60\uffe0-\uffe6\u3000]|\p{Extended_Pictographic}|[\u{20000}-\u{3fffd}]/u;
const none = /\p{Mn}|\p{Me}|\u200d|\ufe0f/u;
/** How far it is from one tab stop to the next. */
const tabStop = 8;

export function widthOf(letter: string): number {
  if (letter < '\u0300') return 1;
  return none.test(letter) ? 0 : wide.test(letter) ? 2 : 1;
}

/** A line with spaces where it has tabs. */
export function untabbed(line: string): string {
  if (!line.includes('\t')) return line;
  const pieces: string[] = [];
  let column = 0;
  for (const letter of line) {
    const width = letter === '\t' ? tabStop - (column % tabStop) : widthOf(letter);
    pieces.push(letter === '\t' ? ' '.repeat(width) : letter);
    column += width;
  }
  return pieces.join('');
}
