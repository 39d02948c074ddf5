import { statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** How much more has to be free again, as a part of what has to be free, before writes are taken again. */
const more = 0.25;
/** What LMDB may write for a byte that is stored: pages are written whole, and those that lead to them too. */
const overhead = 2;

/** The room that a disk has for a file. A full disk is not met: what is written then may end the process. */
export class Space {
  readonly #file: string;
  readonly #inode: number;
  readonly #least: number;
  #isShort = false;
  #underWay = 0;
  /** What was free when it was last looked, and when that was. */
  #seen = { free: 0, at: Number.NEGATIVE_INFINITY };

  /** The file is there; `least` bytes of its disk are to stay free. */
  constructor(file: string, least: number) {
    this.#file = file;
    this.#inode = statSync(file).ino;
    this.#least = least;
  }

  /** Why nothing more may be written now; undefined where it may. `holds`: for how long what was seen does, in milliseconds. */
  trouble(holds = 0): string | undefined {
    try {
      if (performance.now() - this.#seen.at >= holds) {
        this.#seen.at = Number.NEGATIVE_INFINITY;
        // What is written to a file that has no name is gone with the process.
        if (statSync(this.#file).ino !== this.#inode) return `${this.#file} is another file than was opened`;
        const { bavail, bsize } = statfsSync(dirname(this.#file));
        this.#seen = { free: bavail * bsize, at: performance.now() };
      }
      const free = this.#seen.free - overhead * this.#underWay;
      const enough = this.#least * (1 + more);
      this.#isShort = free < (this.#isShort ? enough : this.#least);
      if (!this.#isShort) return undefined;
      const left = `${mebibytes(free)} are left, and it goes on with ${mebibytes(enough)}`;
      return `the disk of ${this.#file} is nearly full: ${left}`;
    } catch (error) {
      return `${this.#file} is not there: ${(error as Error).message}`;
    }
  }

  /** Counts so many bytes as written from now on, until what is returned is called. */
  take(bytes: number): () => void {
    this.#underWay += bytes;
    return () => {
      this.#underWay -= bytes;
    };
  }
}

function mebibytes(bytes: number): string {
  return `${Math.max(0, bytes / 2 ** 20).toFixed(1)} MiB`;
}
