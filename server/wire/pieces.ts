import { LargeJson, large } from '../../shared/documents/largeJson.ts';
import { quoted } from '../../shared/json.ts';
import { takeSlab } from './slabs.ts';

const utf8 = new TextEncoder();
/** Characters up to which texts are encoded together. */
const short = 256;

/**
 * JSON as bytes, in pieces. A large value is never one string: JSON.stringify(), and whoever writes what it gives, makes a
 * copy of it each, and V8 puts off to collect tens of megabytes of such. The pieces are of slabs.
 */
export function encodePieces(value: unknown): Buffer[] {
  const encoder = new Encoder();
  encoder.add(value);
  return encoder.end();
}

/** Bytes of pieces together. */
export function bytesOf(pieces: readonly Buffer[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}

class Encoder {
  readonly #pieces: Buffer[] = [];
  #text = '';
  #slab: Buffer | undefined;
  /** Bytes that are written of it. */
  #written = 0;

  add(value: unknown): void {
    if (typeof value === 'string') this.#addText(value);
    else if (typeof value !== 'object' || value === null) this.#write(JSON.stringify(value) ?? 'null');
    else if (Array.isArray(value)) this.#addItems(value);
    else if (value instanceof LargeJson) for (const piece of value.pieces()) this.#write(piece);
    else this.#addMembers(value);
  }

  end(): Buffer[] {
    this.#flush();
    this.#cut();
    return this.#pieces;
  }

  #addText(text: string): void {
    if (text.length <= large) {
      this.#write(quoted(text));
      return;
    }
    this.#write('"');
    for (let at = 0; at < text.length; ) {
      // Half a surrogate pair would be escaped.
      const end = at + large + (isFirstHalf(text.charCodeAt(at + large - 1)) ? 1 : 0);
      this.#write(JSON.stringify(text.slice(at, end)).slice(1, -1));
      at = end;
    }
    this.#write('"');
  }

  /** Those that are small together at once: JSON.stringify() is quicker than going through them here. */
  #addItems(items: readonly unknown[]): void {
    this.#write('[');
    for (let at = 0; at < items.length; ) {
      if (at > 0) this.#write(',');
      const end = endOfSmall(items, at);
      if (end > at) this.#write(JSON.stringify(items.slice(at, end)).slice(1, -1));
      else this.add(items[at]);
      at = Math.max(end, at + 1);
    }
    this.#write(']');
  }

  #addMembers(object: object): void {
    let before = '{';
    for (const name of Object.keys(object)) {
      const member: unknown = object[name as keyof typeof object];
      if (member === undefined) continue;
      this.#write(`${before}${quoted(name)}:`);
      this.add(member);
      before = ',';
    }
    this.#write(before === '{' ? '{}' : '}');
  }

  #write(text: string): void {
    if (text.length < short) this.#text += text;
    else {
      this.#flush();
      this.#encode(text);
    }
    if (this.#text.length >= large) this.#flush();
  }

  #flush(): void {
    this.#encode(this.#text);
    this.#text = '';
  }

  #encode(text: string): void {
    for (let left = text; left !== ''; ) {
      this.#slab ??= takeSlab();
      const { read, written } = utf8.encodeInto(left, this.#slab.subarray(this.#written));
      this.#written += written;
      left = left.slice(read);
      if (left !== '') this.#cut();
    }
  }

  /** What was written is a piece. */
  #cut(): void {
    if (this.#slab) this.#pieces.push(this.#slab.subarray(0, this.#written));
    this.#slab = undefined;
    this.#written = 0;
  }
}

/** Whether a value has many characters as JSON, roughly; no more of it is looked at than it takes to know. */
export function isLarge(value: unknown): boolean {
  return leftAfter(value, large) < 0;
}

/** Up to where items have few characters together. */
function endOfSmall(items: readonly unknown[], start: number): number {
  let [end, left] = [start, large];
  for (; end < items.length; end++) {
    left = leftAfter(items[end], left - 1);
    if (left < 0) break;
  }
  return end;
}

/** Of so many characters, what is left after a value; below 0 where it has more. */
function leftAfter(value: unknown, left: number): number {
  if (typeof value === 'string') return left - value.length - 2;
  if (typeof value !== 'object' || value === null) return left - 4;
  if (value instanceof LargeJson) return -1;
  let rest = left - 2;
  for (const name in value) {
    rest = leftAfter(value[name as keyof typeof value], rest - name.length);
    if (rest < 0) break;
  }
  return rest;
}

function isFirstHalf(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}
