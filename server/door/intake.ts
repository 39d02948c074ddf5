import { messageOf, Refusal } from '../../shared/refusals.ts';
import type { Budget } from '../limits/budget.ts';
import type { Flow } from '../limits/flow.ts';
import { longWork } from '../limits/longWork.ts';
import type { Transported } from '../wire/outbox.ts';
import { type FrameEvents, FrameSocket } from '../wire/webSocket.ts';
import { withhold } from './readable.ts';
import { Slices } from './slices.ts';

/** What a connection may send before it is known who it is: one token or a few, and signs of life. */
const unknown = { packets: 20, bytes: 64 * 1024 };
/** Bytes that one message may have until then. */
export const maxUnknownBytes = 32 * 1024;
/** Packets that are no events: so many at once, so many each second. Signs of life are one in some seconds. */
const control = { most: 100, perSecond: 10 };
const untouched = { left: control.most, at: 0 };
const nothing: readonly never[] = [];
const settled = Promise.resolve();
/** What a packet costs besides its bytes, in bytes. */
const overhead = 1024;
/** How much may come while nothing is read, in messages of the greatest size: a request has many packets at once. */
const mostOwed = 2;
/** After how long others have their turn before the next is read, in milliseconds. */
const long = 2;
/** How long a connection that was told to end may take, in milliseconds. */
const patience = 2_000;

/** A packet of Engine.IO: of one message, a text or an attachment, or of its own doings. */
export interface Packet {
  type: string;
  data?: string | Buffer;
}

/** A request or an upgrade that belongs to a connection. */
interface Request {
  method?: string | undefined;
  headers: { upgrade?: string | undefined; 'content-length'?: string | undefined };
}

/** Of a namespace: this server, others who use the same Socket.IO, or nobody. */
export type Owner = 'us' | 'others' | 'nobody';

export interface IntakeEvents {
  /** It sends what nobody needs to send. */
  onFlood(): void;
  /** It sends more in one message than is read. */
  onTooLarge(): void;
  /** It sends a packet that is too dear to read, and nobody reads it. */
  onUnread(packet: string): void;
  /** Something has come: it lives. */
  onHeard(): void;
}

/** What is told of it, once. */
type Trouble = 'onFlood' | 'onTooLarge';

export interface IntakeOptions {
  /** Bytes that a message may have once it is known who sends it, its attachments included. */
  maxBytes: number;
  /** Characters that it may have, of each text the first few. */
  maxCharacters: number;
  /** What users send, in bytes. */
  flow: Flow;
  /** Counts the time that it takes to read it. */
  budget: Budget;
  /** Whose a packet is that names a namespace, or none, which is `/`. */
  ownerOf(namespace: string): Owner;
  /** Told of one that came to others. */
  onOthers(conn: Transported): void;
  /** Told of a ping or a pong of a WebSocket, to count it. */
  onControl(intake: Intake): void;
  /** Told of one that takes nothing of so many bytes. */
  onStuck(address: string, bytes: number): void;
}

/**
 * Counts what a connection sends, packet by packet and in bytes, before Socket.IO reads it. Who has not said who it is
 * may send next to nothing; who has, and sends more than the flow takes, is read more slowly.
 */
export class Intake implements FrameEvents {
  readonly #conn: Transported;
  readonly #options: IntakeOptions;
  readonly #slices: Slices;
  #user: string | undefined;
  /** Told of it once it is known who it is. */
  #events: IntakeEvents | undefined;
  #told: readonly Trouble[] = nothing;
  #packets = 0;
  #bytes = 0;
  /** Of the message that came last, whose attachments may be coming. */
  #owner: Owner = 'us';
  /** Bytes of the message that attachments are coming for. */
  #message = 0;
  #control = untouched;
  #pausedUntil = 0;
  /** What has come since nothing more is read, or heard. */
  #owed = 0;
  /** What came in this turn of the event loop is being read. */
  #isReading = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(conn: Transported, options: IntakeOptions) {
    this.#conn = conn;
    this.#options = options;
    this.#slices = new Slices(conn);
    this.#allow(maxUnknownBytes);
    this.#hear();
  }

  /** The connection is. */
  closed(): void {
    clearTimeout(this.#timer);
  }

  /** It goes on over a WebSocket. */
  upgraded(): void {
    this.#hear();
    if (this.#user !== undefined) this.#allow(this.#options.maxBytes);
  }

  /** It is known who it is. Each kind of trouble is told once. */
  known(user: string, events: IntakeEvents): void {
    this.#user = user;
    this.#events = events;
    this.#allow(this.#options.maxBytes);
  }

  /** A request that belongs to it, by polling or to upgrade. Resolves when its turn has come. */
  async turn({ method, headers }: Request): Promise<void> {
    if (headers.upgrade !== undefined || (method !== 'GET' && method !== 'POST')) this.count({ type: 'request' });
    if (method !== 'POST') return;
    if (Number(headers['content-length'] ?? 0) > this.#maxBytes) this.#tell('onTooLarge');
    await this.#slices.taken;
    for (let left = this.#paused(); left > 0 && this.#conn.readyState === 'open'; left = this.#paused()) {
      await new Promise((resolve) => setTimeout(resolve, left));
    }
  }

  /** It was told to end: whoever does not read that is cut off. */
  cutSoon(): void {
    if (this.#conn.readyState !== 'closed') this.#timer = setTimeout(() => cut(this.#conn), patience);
  }

  /** The WebSocket that it comes by, if it is one. */
  get socket(): FrameSocket | undefined {
    const { socket } = this.#conn.transport as { socket?: unknown };
    return socket instanceof FrameSocket ? socket : undefined;
  }

  #hear(): void {
    if (this.socket) this.socket.events = this;
  }

  onTooLarge(): void {
    this.#tell('onTooLarge');
  }

  /** A WebSocket has pings of its own, which Engine.IO does not see, and which are answered. */
  onControl(): void {
    this.#options.onControl(this);
  }

  /** What was under way comes yet, and not much more: whoever hears no end goes on for ever. */
  onLate(bytes: number): void {
    this.#owe(bytes + overhead);
  }

  onStuck(bytes: number): void {
    this.#options.onStuck(this.#conn.remoteAddress, bytes);
  }

  /** A packet has come. */
  came(packet: Packet): void {
    this.#events?.onHeard();
    this.count(packet);
  }

  /** Counts a packet, or what is like one. */
  count(packet: Packet): void {
    const isMessage = packet.type === 'message';
    if (isMessage && typeof packet.data === 'string') this.#owner = this.#options.ownerOf(namespaceOf(packet.data));
    // They count for themselves, and no time runs out for who came to them.
    if (isMessage && this.#owner === 'others') {
      this.#allow(this.#options.maxBytes);
      this.#options.onOthers(this.#conn);
      return;
    }
    const bytes = packet.data === undefined ? 0 : Buffer.byteLength(packet.data);
    this.#packets += 1;
    this.#bytes += bytes;
    this.#slices.count();
    if (this.#user === undefined) {
      if (this.#packets > unknown.packets || this.#bytes > unknown.bytes) cut(this.#conn);
    } else {
      if (!this.#isEvent(packet, bytes) && !this.#takeControl()) this.#tell('onFlood');
      const unread = isMessage ? withhold(packet, this.#options.maxCharacters) : undefined;
      if (unread !== undefined) this.#events?.onUnread(unread);
      this.#take(bytes + overhead);
      this.#takeTime();
    }
    // Socket.IO answers first that there is no such namespace.
    if (isMessage && this.#owner === 'nobody') setImmediate(() => this.#conn.close());
  }

  /** Tells a client whose token is too long what it is refused for, as Socket.IO does: it comes back in vain otherwise. */
  #refuseToken(): void {
    const refusal = new Refusal('unauthorized', `who connects may send ${maxUnknownBytes} bytes, token included`);
    const data = messageOf(refusal, Date.now());
    this.#conn.write(`4${JSON.stringify({ message: refusal.message, data })}`);
  }

  /** Events are counted one by one later on, by what they are. */
  #isEvent({ type, data }: Packet, bytes: number): boolean {
    if (type !== 'message' || data === undefined) return false;
    if (typeof data === 'string') {
      this.#message = bytes;
      return data.startsWith('2') || data.startsWith('5');
    }
    this.#message += bytes;
    if (this.#message > this.#options.maxBytes) this.#tell('onTooLarge');
    return true;
  }

  #takeControl(): boolean {
    const now = performance.now();
    const { left, at } = this.#control;
    const filled = Math.min(control.most, left + ((now - at) * control.perSecond) / 1_000);
    this.#control = { left: filled - 1, at: now };
    return filled >= 1;
  }

  #tell(event: Trouble): void {
    if (this.#told.includes(event)) {
      cut(this.#conn);
      return;
    }
    this.#told = [...this.#told, event];
    if (this.#events) this.#events[event]();
    else if (event === 'onTooLarge') this.#refuseToken();
    else cut(this.#conn);
  }

  /** Reads on when the flow says so. What was under way comes yet, and not much more. */
  #take(amount: number): void {
    if (this.#paused() > 0) this.#owe(amount);
    else this.#owed = 0;
    const wait = this.#options.flow.take(this.#user ?? '', amount);
    if (wait > 0) this.#pause(wait);
  }

  #owe(amount: number): void {
    this.#owed += amount;
    if (this.#owed > mostOwed * this.#maxBytes) cut(this.#conn);
  }

  /** Takes the time that is spent before anything is waited for: whoever is called back for a promise comes after all that. */
  #takeTime(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    const began = performance.now();
    settled.then(() => {
      this.#isReading = false;
      const took = performance.now() - began;
      const wait = this.#options.budget.spend(this.#user ?? '', took);
      if (wait > 0 || took > long) this.#pause(wait, took);
    });
  }

  #paused(): number {
    return Math.max(0, this.#pausedUntil - performance.now());
  }

  /** Reads nothing for so long, and until its turn comes after what took long. What comes by polling waits for its turn. */
  #pause(milliseconds: number, took = 0): void {
    if (milliseconds > this.#paused()) this.#pausedUntil = performance.now() + milliseconds;
    const { socket } = this;
    if (!socket || socket.isPaused) return;
    socket.pause();
    const goOn = () => {
      const left = this.#paused();
      if (left > 0) this.#timer = setTimeout(() => longWork.turn().then(goOn), left);
      else socket.resume();
    };
    longWork.turn(took).then(goOn);
  }

  /** Bytes that one message may have. */
  get #maxBytes(): number {
    return this.#user === undefined ? maxUnknownBytes : this.#options.maxBytes;
  }

  #allow(bytes: number): void {
    const { transport } = this.#conn as { transport: { socket?: unknown; maxHttpBufferSize?: number } };
    if (transport.socket instanceof FrameSocket) transport.socket.allow(bytes);
    else transport.maxHttpBufferSize = bytes;
  }
}

/** Ends a connection without a word. */
export function cut(conn: Transported): void {
  const { socket } = conn.transport as { socket?: unknown };
  conn.close(true);
  if (socket instanceof FrameSocket) socket.terminate();
}

/** The namespace that a packet of Socket.IO is of; `/` is not named. */
export function namespaceOf(data: string): string {
  return /^\d(?:\d*-)?(\/[^,?]*)/.exec(data)?.[1] ?? '/';
}
