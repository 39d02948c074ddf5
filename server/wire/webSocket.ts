import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import { longWork } from '../limits/longWork.ts';
import { frameHead } from './message.ts';
import { type Reader, takenFrom } from './readers.ts';

/** The socket, the sender and the receiver behind a WebSocket, which `ws` has no public names for. */
interface Internals {
  _socket: Socket | null;
  _sender: object | null;
  _receiver: { _maxPayload: number; _allowSynchronousEvents: boolean } | null;
}

/** Characters from which on a message is written as the text that it is. */
const large = 64 * 1024;
/** Bytes from which on a message may take long to read. */
const long = 16 * 1024;

/** Of a connection to which nothing large was written. */
const written = Promise.resolve();

/** What `ws` closes with for a message that is longer than allowed (RFC 6455, section 7.4). */
const tooLarge = 1009;

/** Told of what Engine.IO does not see. */
export interface FrameEvents {
  /** A message is longer than allowed, and the connection ends for it. */
  onTooLarge(): void;
  /** A ping or a pong of its own has come. */
  onControl(): void;
  /** A message of so many bytes has come when it was closing: nobody hears it. */
  onLate(bytes: number): void;
  /** It takes nothing of so many bytes, and ends for it. */
  onStuck(bytes: number): void;
}

/** A message as `ws` tells of it: its data, and whether it is binary. */
type Message = unknown[];

/** A WebSocket that takes whole frames, and says nothing once it is closing. */
export class FrameSocket extends WebSocket implements Reader {
  events: FrameEvents | undefined;
  /** What has come and waits for its turn. */
  #held: Message[] | undefined;
  /** It was paused for that. */
  #isHolding = false;
  /** Closes it, as it was told meanwhile. */
  #closing: (() => void) | undefined;
  #writing = written;
  #gathers = false;

  /**
   * Writes an encoded frame in one call of the system, past all that Engine.IO and `ws` do for one message. Returns
   * false, and has written nothing, where something else is still being written or it is not open.
   */
  writeFrame([first, ...rest]: readonly Buffer[]): boolean {
    const { _socket } = this as unknown as Internals;
    if (this.readyState !== WebSocket.OPEN || !_socket || _socket.writableLength > 0 || !first) return false;
    if (rest.length === 0) {
      _socket.write(first);
      return true;
    }
    this.#writing = new Promise((resolve) => {
      _socket.cork();
      _socket.write(first);
      for (const [index, piece] of rest.entries())
        _socket.write(piece, index === rest.length - 1 ? () => resolve() : undefined);
      _socket.uncork();
    });
    return true;
  }

  /** Resolves when the system has taken what writeFrame() wrote last in pieces, or the connection has ended. */
  get written(): Promise<void> {
    return this.#writing;
  }

  /**
   * What Engine.IO writes. A large text is handed to the system as it is: as a Buffer it would lie beside the text until
   * garbage is collected, which V8 puts off for tens of megabytes of such.
   */
  override send(data: Parameters<WebSocket['send']>[0], options?: unknown, done?: (error?: Error) => void): void {
    const { _socket } = this as unknown as Internals;
    if (this.#gathers && typeof options === 'function') {
      super.send(data);
      options();
      return;
    }
    const isLarge = typeof data === 'string' && data.length >= large;
    if (!isLarge || typeof options !== 'function' || this.readyState !== WebSocket.OPEN || !_socket) {
      super.send(data, options as object, done);
      return;
    }
    _socket.write(frameHead(Buffer.byteLength(data)));
    _socket.write(data, 'utf8', options as (error?: Error | null) => void);
  }

  /** What is written until this turn ends goes in one call of the system: Engine.IO is to hold nothing of it back. */
  gather(): void {
    const { socket } = this;
    if (!socket || this.#gathers) return;
    this.#gathers = true;
    gather(socket, () => {
      this.#gathers = false;
    });
  }

  /** Messages may have so many bytes from here on; a longer one ends the connection before it is whole. */
  allow(bytes: number): void {
    const { _receiver } = this as unknown as Internals;
    if (_receiver) _receiver._maxPayload = bytes;
  }

  /** Whether messages that were read in one piece come one at a time from here on, each in a turn of its own. */
  oneByOne(each: boolean): void {
    const { _receiver } = this as unknown as Internals;
    if (_receiver) _receiver._allowSynchronousEvents = !each;
  }

  /** Bytes that wait at its socket. */
  get waiting(): number {
    return this.socket?.writableLength ?? 0;
  }

  get taken(): number {
    return this.socket ? takenFrom(this.socket) : 0;
  }

  drop(): void {
    this.events?.onStuck(this.waiting);
    this.terminate();
  }

  /** Here and not by listeners, of which each socket would have its own table. */
  override emit(event: string | symbol, ...args: unknown[]): boolean {
    if (event === 'ping' || event === 'pong') this.events?.onControl();
    if (event === 'message' && this.readyState !== WebSocket.OPEN) this.events?.onLate(sizeOf(args));
    if (event !== 'message' || !(this.#held || isLong(args))) return super.emit(event, ...args);
    this.#hold(args);
    return true;
  }

  /** Reads nothing more, and takes what has come when its turn has. */
  #hold(message: Message): void {
    if (!this.isPaused) {
      this.#isHolding = true;
      this.pause();
    }
    if (this.#held) this.#held.push(message);
    else {
      this.#held = [message];
      void this.#takeInTurns(this.#held);
    }
  }

  /** Each that may take long waits for its turn, however many connections have such at once. */
  async #takeInTurns(held: Message[]): Promise<void> {
    for (let next = held[0]; next; next = held[0]) {
      if (isLong(next)) await longWork.turn();
      held.shift();
      if (held.length === 0) this.#goOn();
      super.emit('message', ...next);
    }
    this.#closing?.();
  }

  /** Before the last is taken, for which whoever hears it may pause it. */
  #goOn(): void {
    this.#held = undefined;
    if (this.#isHolding) this.resume();
    this.#isHolding = false;
  }

  /** What it is written to. */
  get socket(): Socket | undefined {
    return (this as unknown as Internals)._socket ?? undefined;
  }

  /**
   * Engine.IO writes what it has encoded for many straight to the sender of each, without asking; data after the
   * closing frame is an error in browsers. Nor is anything heard that still comes.
   */
  override close(code?: number, reason?: string | Buffer): void {
    if (code === tooLarge) this.events?.onTooLarge();
    // What came before is taken yet.
    if (this.#held) this.#closing ??= () => this.#close(code, reason);
    else this.#close(code, reason);
  }

  #close(code?: number, reason?: string | Buffer): void {
    super.close(code, reason);
    this.removeAllListeners('message');
    Object.assign((this as unknown as Internals)._sender ?? {}, { sendFrame: () => {} });
  }
}

function isLong(message: Message): boolean {
  return sizeOf(message) >= long;
}

/** Its bytes, where they are in one piece as they are here. */
function sizeOf([data]: Message): number {
  return data instanceof Uint8Array ? data.length : 0;
}

/** What is written to a socket until this turn ends goes in one call of the system. */
export function gather(socket: Duplex, ended = () => {}): void {
  socket.cork();
  setImmediate(() => {
    ended();
    socket.uncork();
  });
}
