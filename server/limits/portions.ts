/** How many pieces are done in one turn: a few milliseconds of what is answered, or written to a log. */
const inOneTurn = 8;

/** What comes in one go, thousands of pieces perhaps, in portions: a few in each turn, between which others have theirs. */
export class Portions {
  readonly #nextTurn: () => Promise<void>;
  #count = 0;
  #turn = Promise.resolve();

  /** `turn`: resolves when others have had their turn. */
  constructor(turn: () => Promise<void>) {
    this.#nextTurn = turn;
  }

  /** Resolves when the next piece may be done, in the order in which they ask: the first few at once. */
  next(): Promise<void> {
    if (this.#count > 0 && this.#count % inOneTurn === 0) this.#turn = this.#turn.then(this.#nextTurn);
    this.#count += 1;
    return this.#turn;
  }
}
