/** The server takes 60 messages a minute of a user, who may also type: this is half of it. In milliseconds. */
const most = 6;
const anotherEach = 2_500;
/** A move is over when the top has stood still for so long; one that goes on is told of meanwhile. */
const still = 150;
const longestMove = 1_000;
/** Where nothing changes, it is told that somebody is still there. */
const stillThere = 3_000;

/** When a leader tells where they are: once for each move, and seldom enough for the server. All times in milliseconds. */
export class Telling {
  /** What is at the top. */
  #place: string | undefined;
  #movedAt = Number.NEGATIVE_INFINITY;
  #told: string | undefined;
  #toldAt = Number.NEGATIVE_INFINITY;
  /** Since when that is not told any more which is at the top. */
  #leftAt: number | undefined;
  /** How many may be told one after the other, as of the last time. */
  #left = most;

  /** That is at the top now; answers when it is to be told, if nothing else is there before. */
  move(place: string, now: number): number {
    if (place !== this.#place) {
      this.#place = place;
      this.#movedAt = now;
    }
    if (place === this.#told) {
      this.#leftAt = undefined;
      return this.#toldAt + stillThere;
    }
    this.#leftAt ??= now;
    const allowed = this.#leftOf(now) >= 1 ? now : this.#toldAt + (1 - this.#left) * anotherEach;
    return Math.max(allowed, Math.min(this.#movedAt + still, this.#leftAt + longestMove));
  }

  /** It is told. */
  tell(now: number): void {
    this.#left = this.#leftOf(now) - 1;
    this.#told = this.#place;
    this.#toldAt = now;
    this.#leftAt = undefined;
  }

  #leftOf(now: number): number {
    return Math.min(most, this.#left + (now - this.#toldAt) / anotherEach);
  }
}
