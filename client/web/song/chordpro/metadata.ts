/** What is said of a song, by name, and texts that use it: `%{title}`, `%{capo|Capo %{}|no capo}`. */
import { bracesIn } from './scan.ts';

/** Of what stands for a `%{…}`, in UTF-16 units: values may be used in values. */
const longestText = 2_000;
/** Of values by one name, joined. */
const longestValue = 500;
const separator = '; ';
/** How deep one may stand in another. */
const deepest = 10;

export class Metadata {
  #values = new Map<string, string[]>();
  #joined = new Map<string, string>();

  add(name: string, value: string): void {
    const values = this.#values.get(name);
    if (!values) this.#values.set(name, [value]);
    else values.push(value);
    const joined = this.#joined.get(name);
    if (joined === undefined) this.#joined.set(name, value.slice(0, longestValue));
    else if (joined.length + value.length < longestValue) this.#joined.set(name, joined + separator + value);
  }

  /** In place of what was there. */
  set(name: string, value: string): void {
    this.#values.set(name, [value]);
    this.#joined.set(name, value.slice(0, longestValue));
  }

  /** All values by a name, or one of them: `artist.1` is the first, `artist.-1` the last. */
  get(name: string): string {
    const joined = this.#joined.get(name);
    if (joined !== undefined) return joined;
    const [, of = '', place = ''] = /^(.+)\.(-?\d{1,6})$/.exec(name) ?? [];
    const values = this.#values.get(of);
    if (!values) return '';
    const at = Number(place);
    return (at > 0 ? values[at - 1] : values.at(at)) ?? '';
  }

  /** Whether it is known, and says anything but no. */
  has(name: string): boolean {
    return !['', '0', 'false', 'null'].includes(this.get(name).trim().toLowerCase());
  }

  /** A text with the values for what it names. */
  filled(text: string): string {
    if (!text.includes('%{')) return text;
    return new Filling(this, text).whole();
  }
}

/** One text that is filled in. */
class Filling {
  #metadata: Metadata;
  #text: string;
  #ends: ReadonlyMap<number, number>;
  #left = longestText;

  constructor(metadata: Metadata, text: string) {
    this.#metadata = metadata;
    this.#text = text;
    this.#ends = bracesIn(text);
  }

  whole(): string {
    // What the text says by itself is not what could grow.
    this.#left += this.#text.length;
    return this.#range(0, this.#text.length, '', 0);
  }

  /** A piece of the text; `own` stands for `%{}`. */
  #range(from: number, to: number, own: string, depth: number): string {
    const pieces: string[] = [];
    const add = (piece: string) => {
      const kept = piece.slice(0, Math.max(0, this.#left));
      this.#left -= kept.length;
      pieces.push(kept);
    };
    let at = from;
    for (let next = this.#nextFrom(at, to); next !== undefined; next = this.#nextFrom(at, to)) {
      add(unescaped(this.#text.slice(at, next)));
      const end = this.#ends.get(next + 1) ?? to;
      pieces.push(this.#item(next + 2, end, own, depth + 1));
      at = end + 1;
    }
    add(unescaped(this.#text.slice(at, to)));
    return pieces.join('');
  }

  /** The next `%{` that is closed. */
  #nextFrom(from: number, to: number): number | undefined {
    for (let at = this.#text.indexOf('%{', from); at >= 0 && at < to; at = this.#text.indexOf('%{', at + 2)) {
      if (this.#ends.has(at + 1) && this.#text[at - 1] !== '\\') return at;
    }
    return undefined;
  }

  /** What is within `%{…}`: a name, perhaps what it must be, and what is said if it is and if it is not. */
  #item(from: number, to: number, own: string, depth: number): string {
    if (depth > deepest) return '';
    const bars = this.#barsIn(from, to);
    const control = this.#text.slice(from, bars[0] ?? to);
    const equals = control.indexOf('=');
    const name = (equals < 0 ? control : control.slice(0, equals)).trim().toLowerCase();
    const value = name === '' ? own : this.#metadata.get(name);
    if (bars.length === 0) {
      const shown = value.slice(0, Math.max(0, this.#left));
      this.#left -= shown.length;
      return shown;
    }
    const [first = to, second = to] = bars;
    const holds = equals < 0 ? value !== '' : value === control.slice(equals + 1);
    return holds ? this.#range(first + 1, second, value, depth) : this.#range(second + 1, to, value, depth);
  }

  /** Where `|` parts what is between two places; not within braces. */
  #barsIn(from: number, to: number): number[] {
    const bars: number[] = [];
    for (let at = from; at < to && bars.length < 2; at += 1) {
      const letter = this.#text[at];
      if (letter === '\\') at += 1;
      else if (letter === '{') at = this.#ends.get(at) ?? at;
      else if (letter === '|') bars.push(at);
    }
    return bars;
  }
}

function unescaped(text: string): string {
  return text.includes('\\') ? text.replace(/\\([\\%{}|])/g, '$1') : text;
}
