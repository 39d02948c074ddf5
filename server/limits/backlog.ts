import { Refusal } from '../../shared/refusals.ts';

/** Bytes of operations that wait for the log at once, and how many of them large ones may have: the rest is for who types. */
const most = { all: 16 * 1024 * 1024, large: 12 * 1024 * 1024 };
/** Bytes from which on an operation is a large one. */
const large = 4 * 1024;
/** When to come again, in milliseconds. */
const again = 1_000;

/**
 * What waits for the log in all rooms of a process, from when it has come until it is answered: as long as a store is slow, or
 * does not answer, that is all that was written since. What is too much is refused at once.
 */
export class Backlog {
  #bytes = 0;

  /** Counts an operation until its outcome is known; returns that. Refuses `unavailable`, before anything is done. */
  hold<Outcome>(bytes: number, append: () => Promise<Outcome>): Promise<Outcome> {
    // One that is larger than all that may wait is let in alone.
    if (this.#bytes > 0 && this.#bytes + bytes > (bytes < large ? most.all : most.large))
      return Promise.reject(
        new Refusal('unavailable', `${this.#bytes} bytes wait for the store`, { retry_after_ms: again }),
      );
    const outcome = append();
    this.#bytes += bytes;
    const release = () => {
      this.#bytes -= bytes;
    };
    outcome.then(release, release);
    return outcome;
  }
}
