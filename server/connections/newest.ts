/** Of what is asked for anew, while earlier answers are still on their way, the newest that comes counts. */
export class Newest {
  #asked = 0;
  #came = 0;

  /** Asks. Call what it returns when the answer has come: it says whether that counts, or one asked for later came before. */
  ask(): () => boolean {
    this.#asked += 1;
    const mine = this.#asked;
    return () => {
      if (mine < this.#came) return false;
      this.#came = mine;
      return true;
    };
  }
}
