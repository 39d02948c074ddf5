import type { Socket } from 'socket.io';

type Transported = Socket['conn'];

/** The slowest line that is waited for, in bytes a millisecond: 256 kbit/s. */
const slowest = 32;

/**
 * How long Engine.IO's own heartbeat has to wait, at the server and at its clients: on a slow line the largest document comes
 * before the next sign of life, and is one message, of which a client sees nothing until it is whole.
 */
export function longestHeartbeat(patience: number, documentBytes: number): number {
  return Math.max(patience, Math.ceil(documentBytes / slowest));
}

/**
 * Ends a connection that gives no sign of life. It is given as long as it was told, and the time that a slow line takes for
 * what was written to it since it was last heard of.
 */
export class Heartbeat {
  readonly #conn: Transported;
  readonly #patience: number;
  /** Bytes that were written since anything came. */
  #written = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `patience`: in milliseconds. */
  constructor(conn: Transported, patience: number) {
    this.#conn = conn;
    this.#patience = patience;
  }

  wrote(bytes: number): void {
    this.#written += bytes;
  }

  /** It was asked for a sign of life. */
  asked(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#end(), this.#patience + this.#written / slowest);
  }

  /** Something came. */
  heard(): void {
    this.#written = 0;
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  /** As Engine.IO does it, which has no public name for it. */
  #end(): void {
    const { onClose } = this.#conn as unknown as { onClose(reason: string): void };
    if (this.#conn.readyState !== 'closed') onClose.call(this.#conn, 'ping timeout');
  }
}
