import { bytesOf, encodePieces } from './pieces.ts';

/** Bytes that are kept in all, and of how many one is kept: what is less is encoded as soon as it is found. */
const most = 4 * 1024 * 1024;
const least = 64 * 1024;

/** Answers as JSON. What many get alike, a room's document, is encoded once: the last of those are kept as long as they are so. */
export class Encodings {
  readonly #known = new Map<object, readonly Buffer[]>();
  #bytes = 0;

  /** Whether an answer is large for what many have got before. */
  knows({ document }: { document?: object | undefined }): boolean {
    return document !== undefined && this.#known.has(document);
  }

  /** An answer, in pieces. The object that is its `document`, if it has one, is never changed. */
  answer<Answer extends { document?: object | undefined }>(answer: Answer): readonly Buffer[] {
    const { document, ...rest } = answer;
    if (!document) return encodePieces(rest);
    const pieces = encodePieces(rest);
    const last = String(pieces.pop() ?? '').slice(0, -1);
    const before = last.endsWith('{') ? '' : ',';
    return [...pieces, Buffer.from(`${last}${before}"document":`), ...this.#of(document), Buffer.from('}')];
  }

  #of(value: object): readonly Buffer[] {
    const known = this.#known.get(value);
    const pieces = known ?? encodePieces(value);
    const bytes = bytesOf(pieces);
    if (bytes < least || bytes > most) return pieces;
    // The one that was asked for last goes last.
    this.#known.delete(value);
    this.#known.set(value, pieces);
    if (!known) this.#bytes += bytes;
    this.#letGo();
    return pieces;
  }

  #letGo(): void {
    for (const [value, pieces] of this.#known) {
      if (this.#bytes <= most) return;
      this.#known.delete(value);
      this.#bytes -= bytesOf(pieces);
    }
  }
}
