import { bytesOf, encodePieces } from './pieces.ts';
import { giveBack } from './slabs.ts';

/** Bytes that are kept in all, and of how many one is kept: what is less is encoded as soon as it is found. */
const most = 4 * 1024 * 1024;
const least = 64 * 1024;

/** JSON in pieces, for one. */
export interface Encoded {
  readonly pieces: readonly Buffer[];
  /** To be called once, when that one reads them no longer: others are written in their place. */
  readonly release: () => void;
}

/** Answers as JSON. What many get alike, a room's document, is encoded once: the last of those are kept as long as they are so. */
export class Encodings {
  readonly #known = new Map<object, Shared>();
  #bytes = 0;

  /** Whether an answer is large for what many have got before. */
  knows({ document }: { document?: object | undefined }): boolean {
    return document !== undefined && this.#known.has(document);
  }

  /** An answer, in pieces. The object that is its `document`, if it has one, is never changed. */
  answer<Answer extends { document?: object | undefined }>({ document, ...rest }: Answer): Encoded {
    const own = encodePieces(rest);
    if (!document) return { pieces: own, release: () => giveBack(own) };
    const last = String(own.at(-1) ?? '').slice(0, -1);
    const before = last.endsWith('{') ? '' : ',';
    const shared = this.#of(document);
    const pieces = [
      ...own.slice(0, -1),
      Buffer.from(`${last}${before}"document":`),
      ...shared.pieces,
      Buffer.from('}'),
    ];
    const release = () => {
      giveBack(own);
      shared.release();
    };
    return { pieces, release };
  }

  #of(value: object): Shared {
    const known = this.#known.get(value);
    const shared = known ?? new Shared(encodePieces(value));
    if (shared.bytes >= least && shared.bytes <= most) this.#keep(value, shared);
    return shared.hold();
  }

  /** The one that was asked for last goes last. */
  #keep(value: object, shared: Shared): void {
    if (!this.#known.delete(value)) this.#bytes += shared.hold().bytes;
    this.#known.set(value, shared);
    for (const [oldest, kept] of this.#known) {
      if (this.#bytes <= most) return;
      this.#known.delete(oldest);
      this.#bytes -= kept.bytes;
      kept.release();
    }
  }
}

/** Pieces that some have at once. */
class Shared {
  readonly pieces: readonly Buffer[];
  readonly bytes: number;
  #holders = 0;

  constructor(pieces: readonly Buffer[]) {
    this.pieces = pieces;
    this.bytes = bytesOf(pieces);
  }

  hold(): this {
    this.#holders += 1;
    return this;
  }

  release(): void {
    this.#holders -= 1;
    if (this.#holders === 0) giveBack(this.pieces);
  }
}
