/** A line of words by its parts: what is sung, what stands over it, and how it is to look. */
import { characters, isPlain, type Marks, Markup, plainOf } from './markup.ts';
import type { Part } from './model.ts';

/** What stands over a word, in brackets: a chord or, behind an asterisk, a remark. */
export interface Over {
  chord?: string;
  annotation?: string;
  chordMarks?: Marks;
}

/** Whatever is in brackets stands over what follows; `read` says what it is. */
export function partsOf(line: string, read: (over: Over) => Over = (over) => over): Part[] {
  if (!line.includes('[') && isPlain(line)) return [{ text: line }];
  return new Tokens(line, read).parts;
}

/** The words alone. */
export function wordsIn(parts: readonly Part[]): string {
  return parts.map(({ text }) => text).join('');
}

/** A line while it is read. */
class Tokens {
  readonly parts: Part[] = [];
  #markup: Markup | undefined;
  /** Text that is in no part yet. */
  #text = '';
  /** What stands over it. */
  #over: Over | undefined;

  constructor(line: string, read: (over: Over) => Over) {
    const mark = isPlain(line) ? /\[/g : /[[<]/g;
    /** Whether a bracket may still be closed in this line. */
    let mayClose = true;
    let at = 0;
    for (let found = mark.exec(line); found; found = mark.exec(line)) {
      const { index } = found;
      if (found[0] === '[') {
        const close = mayClose ? line.indexOf(']', index) : -1;
        if (close < 0) {
          mayClose = false;
          continue;
        }
        this.#text += line.slice(at, index);
        this.#flush(this.#markup?.marks);
        this.#over = read(overOf(line.slice(index + 1, close).trim()));
        at = close + 1;
      } else {
        this.#markup ??= new Markup();
        const before = this.#markup.marks;
        const tag = this.#markup.take(line, index);
        if (!tag) continue;
        this.#text += line.slice(at, index);
        // What stands before a tag looks as it did before it; a chord may wait for what is behind it.
        if (this.#markup.marks !== before && this.#text !== '') this.#flush(before);
        this.#text += tag.text;
        at = tag.end;
      }
      mark.lastIndex = at;
    }
    this.#text += line.slice(at);
    this.#flush(this.#markup?.marks);
  }

  #flush(marks: Marks | undefined): void {
    const over = this.#over;
    const isOver = over?.chord !== undefined || over?.annotation !== undefined;
    if (this.#text === '' && !isOver) return;
    const part: Part = isOver ? { ...over, text: characters(this.#text) } : { text: characters(this.#text) };
    if (marks && Object.keys(marks).length > 0) part.marks = marks;
    this.parts.push(part);
    this.#text = '';
    this.#over = undefined;
  }
}

function overOf(text: string): Over {
  if (isPlain(text)) return text.startsWith('*') ? { annotation: text.slice(1).trim() } : { chord: text };
  const isAnnotation = text.startsWith('*');
  const { text: plain, marks } = plainOf(isAnnotation ? text.slice(1).trim() : text);
  return { ...(isAnnotation ? { annotation: plain } : { chord: plain }), ...(marks && { chordMarks: marks }) };
}
