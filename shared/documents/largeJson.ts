/** From so many characters on JSON is made and written in pieces, of about as many. */
export const large = 32 * 1024;

/** JSON of which all takes long to make: in pieces, made as they are asked for. For JSON.stringify() it is like any other. */
export class LargeJson {
  readonly #pieces: () => Iterable<string>;
  readonly #make: () => unknown;
  /** What was made of it, once somebody wanted it so. */
  #whole: unknown;

  /** Both say the same: pieces of its text, in their order, and the value itself. */
  constructor(pieces: () => Iterable<string>, make: () => unknown) {
    this.#pieces = pieces;
    this.#make = make;
  }

  pieces(): Iterable<string> {
    return this.#pieces();
  }

  toJSON(): unknown {
    this.#whole ??= this.#make();
    return this.#whole;
  }
}
