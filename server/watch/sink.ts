import { constants, fstatSync, openSync, statSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { monotonic } from '../../shared/monotonic.ts';

/** How much may wait for who reads standard error, in bytes. */
const mostWaiting = 64 * 1024;
/** How often it is tried to open a pipe that nobody reads, in milliseconds. */
const triedEvery = 1_000;

/** Where the lines of a log go. Whatever becomes of a disk or a reader: a line is written at once, or dropped. */
export interface Sink {
  write(line: string): void;
}

export interface SinkEvents {
  /** A line was dropped. */
  onDropped(): void;
  /** The first of several was, and why. */
  onFailed(reason: string): void;
  /** Lines are written again, after so many were dropped. */
  onRecovered(dropped: number): void;
}

/** Counts what is dropped, and tells of it once, and of its end. */
class Loss {
  readonly #events: SinkEvents;
  #dropped = 0;

  constructor(events: SinkEvents) {
    this.#events = events;
  }

  drop(reason: string): void {
    this.#dropped += 1;
    this.#events.onDropped();
    if (this.#dropped === 1) this.#events.onFailed(reason);
  }

  written(): void {
    if (this.#dropped === 0) return;
    const dropped = this.#dropped;
    this.#dropped = 0;
    this.#events.onRecovered(dropped);
  }
}

/**
 * A file, or a named pipe. Throws where it can not be opened; a pipe that nobody reads is tried again now and then. What a
 * full disk has taken of a line is finished before the next one.
 */
export class FileSink implements Sink {
  readonly #loss: Loss;
  readonly #open: () => number | undefined;
  #fd: number | undefined;
  #triedAt = monotonic();
  #rest = Buffer.alloc(0);

  constructor(file: string | number, events: SinkEvents) {
    this.#loss = new Loss(events);
    this.#open = () => (typeof file === 'number' ? file : openWithoutWaiting(file));
    this.#fd = this.#open();
  }

  write(line: string): void {
    const reason = this.#flush() ?? this.#begin(line);
    if (reason === undefined) this.#loss.written();
    else this.#loss.drop(reason);
  }

  /** Returns why not a byte of it was written. */
  #begin(line: string): string | undefined {
    const whole = Buffer.from(line);
    this.#rest = whole;
    const reason = this.#flush();
    if (this.#rest.length < whole.length) return undefined;
    this.#rest = Buffer.alloc(0);
    return reason;
  }

  /** Writes what there is, and returns why some of it is left. */
  #flush(): string | undefined {
    try {
      if (this.#fd === undefined && monotonic() - this.#triedAt > triedEvery) {
        this.#triedAt = monotonic();
        this.#fd = this.#open();
      }
      if (this.#fd === undefined) return 'nobody reads it';
      while (this.#rest.length > 0) this.#rest = this.#rest.subarray(writeSync(this.#fd, this.#rest));
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }
}

/** A pipe or socket that is there already, which Node never waits for. */
class StreamSink implements Sink {
  readonly #stream: NodeJS.WriteStream;
  readonly #loss: Loss;
  #isFull = false;
  #broken: string | undefined;

  constructor(stream: NodeJS.WriteStream, events: SinkEvents) {
    this.#stream = stream;
    this.#loss = new Loss(events);
    stream.on('error', ({ message }) => {
      this.#broken = message;
    });
  }

  write(line: string): void {
    const { writableLength } = this.#stream;
    this.#isFull = writableLength > (this.#isFull ? mostWaiting / 2 : mostWaiting);
    const reason = this.#broken ?? (this.#isFull ? 'nobody reads it' : undefined);
    if (reason !== undefined) {
      this.#loss.drop(reason);
      return;
    }
    this.#loss.written();
    this.#stream.write(line);
  }
}

/** Standard error, whatever that is. */
export function standardError(events: SinkEvents): Sink {
  const stat = fstatSync(2);
  const isStream = stat.isFIFO() || stat.isSocket() || isatty(2);
  return isStream ? new StreamSink(process.stderr, events) : new FileSink(2, events);
}

/** Undefined where it is a pipe that nobody reads. */
function openWithoutWaiting(path: string): number | undefined {
  const { O_WRONLY, O_CREAT, O_APPEND, O_NONBLOCK } = constants;
  try {
    return openSync(path, O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK, 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENXIO' && statSync(path).isFIFO()) return undefined;
    throw error;
  }
}
