/** A source by its lines, of which a backslash at the end joins two, and `\u266d` is a character. */

export interface SourceLine {
  /** Where it begins in the source, in lines counted from 0. */
  at: number;
  text: string;
}

/**
 * Reads lines one after the other. Who reads says whether a line may go on in the next one: in a tablature a backslash
 * is a slide.
 */
export class SourceLines {
  #lines: string[];
  #at = 0;

  constructor(source: string) {
    this.#lines = source.split('\n');
  }

  next(mayGoOn: boolean): SourceLine | undefined {
    const at = this.#at;
    if (at >= this.#lines.length) return undefined;
    let text = this.#take();
    if (!mayGoOn || !text.endsWith('\\')) return { at, text: mayGoOn ? unescaped(text) : text };
    const pieces: string[] = [];
    while (text.endsWith('\\') && this.#at < this.#lines.length) {
      pieces.push(text.slice(0, -1));
      text = this.#take().trimStart();
    }
    return { at, text: unescaped(pieces.join('') + text) };
  }

  #take(): string {
    const text = this.#lines[this.#at] ?? '';
    this.#at += 1;
    return text.endsWith('\r') ? text.slice(0, -1) : text;
  }
}

/** Half of a pair alone stays as it is written. */
function unescaped(text: string): string {
  if (!text.includes('\\u')) return text;
  const read = text.replace(/\\u([\da-f]{4})/gi, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
  return read.isWellFormed() ? read : text;
}
