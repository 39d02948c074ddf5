/** Bytes of a number below 2^53. */
const longest = 8;

/** Writes lib0's encoding: what reader.ts reads. */
export class Writer {
  #bytes = new Uint8Array(64);
  #length = 0;

  /** A whole number of variable length. */
  uint(value: number): void {
    this.#reserve(longest);
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 128)) this.#bytes[this.#length++] = 0x80 | (rest % 128);
    this.#bytes[this.#length++] = rest;
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** What was written. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #reserve(length: number): void {
    const needed = this.#length + length;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}
