import type { EventEmitter } from 'node:events';
import type { Socket as NetSocket } from 'node:net';
import type { Socket } from 'socket.io';
import type { Heartbeat } from './heartbeat.ts';
import type { Message } from './message.ts';
import { bytesOf } from './pieces.ts';
import { type Reader, type Readers, takenFrom } from './readers.ts';
import { FrameSocket } from './webSocket.ts';

/** A connection of Engine.IO. */
export type Transported = Socket['conn'];

/** Bytes that may wait for a reader behind what is being written; as much again may be in that. */
const mostWaiting = 512 * 1024;
/** Bytes from which on a reader is slow, and gets no cursors. */
const slowFrom = 128 * 1024;

export interface OutboxEvents {
  /** The reader was slow, and is so no longer. */
  onRecovered(): void;
  /** More waits than may. */
  onFull(): void;
}

/** Those of connections that have not ended. What Engine.IO tells of, all of them hear by the same two listeners. */
const outboxes = new WeakMap<Transported, Outbox>();

function created(this: Transported, { type, data }: { type: string; data?: unknown }): void {
  outboxes.get(this)?.created(type, data);
}

function flushed(conn: Transported): void {
  outboxes.get(conn)?.flushed();
}

/**
 * What waits for a reader. Engine.IO hands on to the transport all that waits as soon as what went before is written:
 * so there is what is being written, which Readers sees at its socket, and what waits. One large answer, such as a song,
 * is let through.
 */
export class Outbox implements Reader {
  readonly #conn: Transported;
  readonly #readers: Readers;
  readonly #heartbeat: Heartbeat | undefined;
  readonly #events: OutboxEvents;
  /** What was last written to. */
  #socket: NetSocket | undefined;
  #flushes = 0;
  #waiting = 0;
  #largest = 0;
  #slow = false;
  #full = false;

  constructor(conn: Transported, readers: Readers, heartbeat: Heartbeat | undefined, events: OutboxEvents) {
    this.#conn = conn;
    this.#readers = readers;
    this.#heartbeat = heartbeat;
    this.#events = events;
    // A connection that is left so is there no more for Socket.IO, either.
    outboxes.get(conn)?.end();
    outboxes.set(conn, this);
    conn.on('packetCreate', created);
    // It tells its server, too.
    const { server } = conn as unknown as { server: EventEmitter };
    if (!server.listeners('flush').includes(flushed)) server.on('flush', flushed);
  }

  /** The connection has ended. What is written from here on is another's: the transport may live on without it. */
  end(): void {
    this.#readers.unwatch(this);
    this.#heartbeat?.close();
    if (outboxes.get(this.#conn) !== this) return;
    outboxes.delete(this.#conn);
    this.#conn.off('packetCreate', created);
  }

  /** Something came from whom it is written to. */
  heard(): void {
    this.#heartbeat?.heard();
  }

  /** Engine.IO has made a packet. */
  created(type: string, data: unknown): void {
    this.#add(data);
    if (type === 'ping') this.#heartbeat?.asked();
  }

  /** Engine.IO hands on what waits. */
  flushed(): void {
    this.#readers.unwatch(this);
    this.#flushes += 1;
    this.#socket = socketOf(this.#conn.transport);
    this.#waiting = 0;
    this.#largest = 0;
    if (!this.#slow) return;
    this.#slow = false;
    // Told later: what is sent while Engine.IO flushes would be flushed twice.
    setImmediate(() => this.#events.onRecovered());
  }

  /** Bytes that wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /** What waits has been taken when it is flushed; until then what is being written before it may be. */
  get taken(): number {
    return this.#flushes + (this.#socket ? takenFrom(this.#socket) : 0);
  }

  drop(): void {
    if (this.#full) return;
    this.#full = true;
    this.#events.onFull();
  }

  /** Whether cursors are spared its reader. */
  get slow(): boolean {
    return this.#slow;
  }

  /** Writes at once where nothing waits, and behind what does. */
  write(message: Message): void {
    const { frame } = message;
    const { readyState, transport } = this.#conn;
    const { socket } = transport as { socket?: unknown };
    // While the transport is writable, Engine.IO holds nothing back.
    const free = readyState === 'open' && transport.writable && socket instanceof FrameSocket;
    if (free && socket.writeFrame(frame)) {
      this.#wrote(bytesOf(frame));
      if (message.release) void socket.written.then(message.release);
    } else {
      this.#conn.write(message.packet);
      message.release?.();
    }
  }

  /** Resolves when nothing is being written, or the connection has ended. */
  async drained(): Promise<void> {
    const { socket } = this.#conn.transport as { socket?: unknown };
    if (socket instanceof FrameSocket) await socket.written;
    await this.#flushedOut();
  }

  /** The same of what Engine.IO writes. */
  #flushedOut(): Promise<void> {
    const conn = this.#conn;
    const { transport } = conn;
    if (transport.writable) return Promise.resolve();
    // A WebSocket is upgraded to nothing; and a name more that was listened to once would stay in its table.
    const mayUpgrade = transport.name === 'polling';
    return new Promise((resolve) => {
      const end = () => {
        transport.off('ready', end);
        if (mayUpgrade) conn.off('upgrade', end);
        conn.off('close', end);
        resolve();
      };
      transport.on('ready', end);
      if (mayUpgrade) conn.on('upgrade', end);
      conn.on('close', end);
    });
  }

  #add(data: unknown): void {
    // What can be written at once does not wait.
    if (this.#conn.transport.writable) {
      if (typeof data === 'string') this.#wrote(data.length);
      return;
    }
    const bytes = lengthOf(data);
    this.#wrote(bytes);
    if (this.#waiting === 0) this.#readers.watch(this);
    this.#waiting += bytes;
    this.#largest = Math.max(this.#largest, bytes);
    if (this.#waiting >= slowFrom) this.#slow = true;
    if (this.#waiting - this.#largest > mostWaiting) setImmediate(() => this.drop());
  }

  #wrote(bytes: number): void {
    this.#readers.wrote(bytes);
    this.#heartbeat?.wrote(bytes);
  }
}

/** Where a transport is about to write: of a poll, the connection that it came by. */
function socketOf(transport: Transported['transport']): NetSocket | undefined {
  const { socket, req } = transport as { socket?: unknown; req?: { socket?: NetSocket } | null };
  return socket instanceof FrameSocket ? socket.socket : req?.socket;
}

function lengthOf(data: unknown): number {
  if (typeof data === 'string') return Buffer.byteLength(data);
  return data instanceof Uint8Array ? data.byteLength : 0;
}
