import type { Socket } from 'node:net';
import { getHeapStatistics } from 'node:v8';
import { longestTurn, longWork } from '../limits/longWork.ts';

/** How often what waits is looked at, in milliseconds. */
const lookEvery = 1_000;
/** Bytes that are written in one turn, and then others have theirs. */
const slice = 256 * 1024;
/**
 * How long nothing of what waits may be taken, in milliseconds: what the system holds of it in its buffers may take a slow
 * line most of a minute.
 */
const patience = 60_000;
/** Bytes that may wait for all readers together: as they are held twice, as text and as bytes, a quarter of the heap's limit. */
const mostWaiting = Math.min(256 * 1024 * 1024, getHeapStatistics().heap_size_limit / 8);

/** Someone for whom something waits until it is taken. */
export interface Reader {
  /** Bytes that wait. */
  readonly waiting: number;
  /** Another number whenever some of them have been taken. */
  readonly taken: number;
  /** Ends the connection, and what waits goes with it. */
  drop(): void;
}

export interface ReadersOptions {
  /** Milliseconds by a clock that never runs back. */
  now?: () => number;
  /** Bytes that may wait for all of them. */
  most?: number;
}

/**
 * All for whom something waits. Whoever takes nothing for a minute is dropped, whatever signs of life it gives; where more
 * waits than may, those are dropped first that have taken nothing for the longest, and of those the greediest.
 */
export class Readers {
  readonly #now: () => number;
  readonly #most: number;
  readonly #readers = new Set<Reader>();
  /** What each had taken when it was looked at, and when that was last another number. */
  readonly #seen = new Map<Reader, { taken: number; since: number }>();
  readonly #timer: NodeJS.Timeout;
  /** Bytes that were written since all were looked at. */
  #written = 0;
  /** Of those, what was written when others last had their turn. */
  #rested = 0;
  #looking: NodeJS.Immediate | undefined;
  /** Told when that has been done. */
  #looked = () => {};
  #turn: Promise<unknown> = Promise.resolve();

  constructor({ now = () => performance.now(), most = mostWaiting }: ReadersOptions = {}) {
    this.#now = now;
    this.#most = most;
    this.#timer = setInterval(() => this.look(), lookEvery);
  }

  watch(reader: Reader): void {
    this.#readers.add(reader);
  }

  unwatch(reader: Reader): void {
    this.#readers.delete(reader);
    this.#seen.delete(reader);
  }

  /** Bytes that wait for all of them. */
  get waiting(): number {
    let bytes = 0;
    for (const { waiting } of this.#readers) bytes += waiting;
    return bytes;
  }

  /** Told of bytes that are about to be written: they may be too many before it is looked again. */
  wrote(bytes: number): void {
    this.#written += bytes;
    if (this.#isMuch) this.#looking ??= setImmediate(() => this.look());
  }

  /**
   * Makes an answer that may be large, and resolves or rejects with what comes of it. Where many are asked for at once,
   * each is made when it is known who takes those before.
   */
  turn<Answer>(answer: () => Answer): Promise<Answer> {
    let took = 0;
    const turn = this.#turn.then(() => {
      const began = performance.now();
      try {
        return answer();
      } finally {
        took = performance.now() - began;
      }
    });
    this.#turn = turn.then(
      () => this.#rest(took),
      () => {},
    );
    return turn;
  }

  /** After an answer that is large, or took long, others have their turn; where much was written, all are looked at. */
  #rest(took: number): Promise<void> | undefined {
    if (this.#isMuch) {
      return new Promise((resolve) => {
        this.#looked = resolve;
      });
    }
    if (this.#written - this.#rested < slice && took < longestTurn) return undefined;
    this.#rested = this.#written;
    return longWork.rest(took);
  }

  /** Drops whom it must. */
  look(): void {
    clearImmediate(this.#looking);
    this.#looking = undefined;
    this.#written = 0;
    this.#rested = 0;
    const now = this.#now();
    const waiting: { reader: Reader; bytes: number; since: number }[] = [];
    for (const reader of this.#readers) {
      const bytes = reader.waiting;
      if (bytes > 0) waiting.push({ reader, bytes, since: this.#tookSince(reader, now) });
      else this.#seen.delete(reader);
    }
    waiting.sort((one, other) => one.since - other.since || other.bytes - one.bytes);
    let left = waiting.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const { reader, bytes, since } of waiting) {
      if (left <= this.#most && now - since < patience) break;
      left -= bytes;
      reader.drop();
    }
    // What was dropped is let go of before the next is made.
    setImmediate(this.#looked);
  }

  close(): void {
    clearInterval(this.#timer);
    clearImmediate(this.#looking);
  }

  get #isMuch(): boolean {
    return this.#written > this.#most / 4;
  }

  #tookSince(reader: Reader, now: number): number {
    const { taken } = reader;
    const seen = this.#seen.get(reader);
    if (seen?.taken === taken) return seen.since;
    this.#seen.set(reader, { taken, since: now });
    return now;
  }
}

/** Watches a socket while an answer of ours is under way on it. Returns how to say that it ended. */
export type WatchSocket = (socket: Socket) => () => void;

export function createWatchSocket(readers: Readers, onDropped: (address: string, bytes: number) => void): WatchSocket {
  const watched = new Map<Socket, SocketReader>();

  return (socket) => {
    const reader = watched.get(socket) ?? new SocketReader(socket, onDropped);
    if (reader.uses === 0) readers.watch(reader);
    watched.set(socket, reader);
    reader.uses += 1;
    return () => {
      reader.uses -= 1;
      if (reader.uses > 0) return;
      watched.delete(socket);
      readers.unwatch(reader);
    };
  };
}

class SocketReader implements Reader {
  /** How much is under way on the socket. */
  uses = 0;
  readonly #socket: Socket;
  readonly #onDropped: (address: string, bytes: number) => void;

  constructor(socket: Socket, onDropped: (address: string, bytes: number) => void) {
    this.#socket = socket;
    this.#onDropped = onDropped;
  }

  get waiting(): number {
    return this.#socket.writableLength;
  }

  get taken(): number {
    return takenFrom(this.#socket);
  }

  drop(): void {
    this.#onDropped(this.#socket.remoteAddress ?? '', this.waiting);
    this.#socket.destroy();
  }
}

/**
 * Bytes that the system has taken of what was written to a socket. Of a piece that is on its way, which may be the whole
 * of an answer, Node tells only its handle how much is left.
 */
export function takenFrom(socket: Socket): number {
  const { _handle } = socket as unknown as { _handle?: { writeQueueSize?: number } | null };
  return socket.bytesWritten - socket.writableLength - (_handle?.writeQueueSize ?? 0);
}
