import { Refusal } from '../../refusals.ts';

/** How deep a value in a document may be nested: deeper ones would exhaust the stack of whoever reads them. */
const maxDepth = 64;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads lib0's encoding, in which Yjs writes. Refuses `bad_request` what is none of it, and goes through no byte twice. */
export class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** How many bytes are left: nothing that is counted in them can be more. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw broken('it ends too early');
    this.#at += 1;
    return byte;
  }

  /** A whole number of variable length. */
  uint(): number {
    let byte = this.byte();
    let value = byte & 0x7f;
    for (let unit = 128; byte >= 0x80; unit *= 128) {
      byte = this.byte();
      value += (byte & 0x7f) * unit;
      if (value > Number.MAX_SAFE_INTEGER) throw broken('a number is above 2^53');
    }
    return value;
  }

  /** How many of something follow, each of which takes a byte at least. */
  count(): number {
    const count = this.uint();
    if (count > this.left) throw broken('it ends too early');
    return count;
  }

  /** A number of bytes, and as many bytes. */
  bytes(): Uint8Array {
    const end = this.count() + this.#at;
    const bytes = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }

  text(): string {
    try {
      return utf8.decode(this.bytes());
    } catch (error) {
      throw error instanceof Refusal ? error : broken('a text is not UTF-8');
    }
  }

  /** A text that is JSON, or one that stands for what JSON does not have. */
  json(but?: string): void {
    const text = this.text();
    if (text === but) return;
    if (depthOf(text) > maxDepth) throw tooDeep();
    try {
      JSON.parse(text);
    } catch {
      throw broken('a text is not JSON');
    }
  }

  /** Passes over a value of any type, and says what it is. */
  any(depth = 0): 'object' | 'other' {
    if (depth > maxDepth) throw tooDeep();
    const tag = this.byte();
    switch (tag) {
      // undefined, null, false, true
      case 127:
      case 126:
      case 121:
      case 120:
        return 'other';
      case 125:
        this.#int();
        return 'other';
      case 124:
        return this.#skip(4);
      // A float of 64 bits, a bigint
      case 123:
      case 122:
        return this.#skip(8);
      case 119:
        this.text();
        return 'other';
      case 118:
        for (let left = this.count(); left > 0; left--) {
          if (this.text() === '__proto__') throw broken('a key is __proto__');
          this.any(depth + 1);
        }
        return 'object';
      case 117:
        for (let left = this.count(); left > 0; left--) this.any(depth + 1);
        return 'other';
      case 116:
        this.bytes();
        return 'other';
      default:
        throw broken(`no value begins with ${tag}`);
    }
  }

  #skip(count: number): 'other' {
    if (count > this.left) throw broken('it ends too early');
    this.#at += count;
    return 'other';
  }

  /** A whole number with a sign: its first byte has six bits of it. */
  #int(): void {
    let byte = this.byte();
    let [value, unit] = [byte & 0x3f, 64];
    while (byte >= 0x80) {
      byte = this.byte();
      value += (byte & 0x7f) * unit;
      if (value > Number.MAX_SAFE_INTEGER) throw broken('a number is above 2^53');
      unit *= 128;
    }
  }
}

export function broken(why: string): Refusal {
  return new Refusal('bad_request', `operation: expected an update of Yjs, version 1, in base64: ${why}`);
}

function tooDeep(): Refusal {
  return broken(`a value has more than ${maxDepth} levels`);
}

/** How deep the brackets in a text of JSON go. */
function depthOf(text: string): number {
  let [depth, deepest, isQuoted] = [0, 0, false];
  for (let at = 0; at < text.length; at++) {
    const unit = text[at];
    if (isQuoted && unit === '\\') at += 1;
    else if (unit === '"') isQuoted = !isQuoted;
    else if (!isQuoted && (unit === '[' || unit === '{')) deepest = Math.max(deepest, ++depth);
    else if (!isQuoted && (unit === ']' || unit === '}')) depth -= 1;
  }
  return deepest;
}
