import type { IncomingMessage } from 'node:http';
import { Refusal } from '../../shared/refusals.ts';

/** How long nobody of an address may say who they are until those who wait for a place there are refused, in milliseconds. */
const patience = 2_000;
/** How long one waits at most, in milliseconds: clients take 10 s without an answer for a way on which WebSockets are lost. */
const longest = 8_000;
/** How many wait, of all addresses together. */
const most = 5_000;

interface Waiting {
  since: number;
  come(): void;
  refuse(): void;
}

/** Those of an address who wait for a place, in the order in which they came. */
interface Line {
  readonly waiting: Set<Waiting>;
  /** When somebody there has last said who they are, or the line began. */
  movedAt: number;
}

/**
 * Who comes when all places of an address are taken, as when an office or all behind a proxy come back at once: they wait in line
 * as long as it moves. Where all who may wait do, the newest of the address that has most gives way.
 */
export class Lines {
  /** How many places of an address are free. */
  readonly #free: (address: string) => number;
  readonly #lines = new Map<string, Line>();
  #size = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(free: (address: string) => number) {
    this.#free = free;
  }

  /** Resolves when there is a place, after those who came before. Refuses `too_many_connections`. */
  turn(address: string, request: IncomingMessage): Promise<void> | undefined {
    const isFree = this.#free(address) > 0;
    const line = this.#lines.get(address) ?? (isFree ? undefined : this.#begin(address));
    if (!line || (isFree && line.waiting.size === 0)) return undefined;
    const now = performance.now();
    if (now - line.movedAt >= patience || !this.#makeRoom(line)) return Promise.reject(tooMany());
    return new Promise((resolve, reject) => {
      const end = () => {
        line.waiting.delete(waiting);
        this.#size -= 1;
        request.socket.off('close', waiting.refuse);
      };
      const waiting: Waiting = {
        since: now,
        come() {
          end();
          resolve();
        },
        refuse() {
          end();
          reject(tooMany());
        },
      };
      line.waiting.add(waiting);
      this.#size += 1;
      request.socket.on('close', waiting.refuse);
      this.#timer ??= setInterval(() => this.#look(), patience / 4).unref();
    });
  }

  /** There is a place, perhaps. `moves`: somebody of the address has said who they are. */
  next(address: string, moves: boolean): void {
    const line = this.#lines.get(address);
    if (!line) return;
    if (moves) line.movedAt = performance.now();
    const [first] = line.waiting;
    if (this.#free(address) === 0) return;
    if (first) first.come();
    else this.#lines.delete(address);
  }

  #begin(address: string): Line {
    const line = { waiting: new Set<Waiting>(), movedAt: performance.now() };
    this.#lines.set(address, line);
    return line;
  }

  /** Whether one more may wait in a line. */
  #makeRoom(line: Line): boolean {
    if (this.#size < most) return true;
    let greatest = line;
    for (const other of this.#lines.values()) if (other.waiting.size > greatest.waiting.size) greatest = other;
    if (greatest === line) return false;
    [...greatest.waiting].at(-1)?.refuse();
    return true;
  }

  /** Refuses those in lines that do not move; and lets in where one whose turn came has not taken it. */
  #look(): void {
    const now = performance.now();
    for (const [address, { waiting, movedAt }] of this.#lines) {
      const stands = now - movedAt >= patience;
      for (const each of waiting) if (stands || now - each.since >= longest) each.refuse();
      for (const each of [...waiting].slice(0, this.#free(address))) each.come();
      if (waiting.size === 0 && this.#free(address) > 0) this.#lines.delete(address);
    }
    if (this.#size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

function tooMany(): Refusal {
  return new Refusal('too_many_connections', 'too many connections have not said yet who they are', {
    retry_after_ms: patience,
  });
}
