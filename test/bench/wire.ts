import { connect, type Socket } from 'node:net';

/** Events of Socket.IO: each with a payload, some with a callback. */
type Events<Names> = { [Name in keyof Names]: (...args: never[]) => void };
type PayloadOf<Event extends (...args: never[]) => void> = Parameters<Event>[0];
type AnswerTo<Event> = Event extends (payload: never, callback?: (answer: infer Answer) => void) => void
  ? Answer
  : never;

/** Any but zeros, which `ws` need not undo. */
const mask = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);

/** What was read lately, by its text. */
const known = new Map<string, unknown>();
const mostKnown = 256;

/** A room's members are all told the same: it is read once. Nobody changes what was read. */
function read(text: string): unknown {
  const before = known.get(text);
  if (before !== undefined) return before;
  const value: unknown = JSON.parse(text);
  if (known.size >= mostKnown) known.clear();
  known.set(text, value);
  return value;
}

/** What an event begins with, in ASCII: `42`. */
const event = 0x3432;
/** Longer names are read with what they tell. */
const longestName = 32;

const empty = Buffer.alloc(0);
/** What every one reads into, each taking what it has read before the next one reads: it spares allocations. */
const inbound = Buffer.allocUnsafe(64 * 1024);

/**
 * A client of Socket.IO that does as little as it can, so that a generator lasts longer than a server: it speaks WebSocket,
 * Engine.IO and Socket.IO by hand over TCP, and reads only the events that someone listens to. What it sends is what
 * socket.io-client would send.
 */
export class Wire<Heard extends Events<Heard>, Said extends Events<Said>> {
  /** What has come so far: bytes of TCP, and messages of WebSocket. */
  bytes = 0;
  messages = 0;
  readonly #socket: Socket;
  readonly #auth: object;
  readonly #listeners = new Map<string, (payload: never) => void>();
  readonly #answers = new Map<number, (answer: unknown) => void>();
  #asked = 0;
  #upgraded = false;
  /** The beginning of a frame whose end has not come yet. */
  #rest: Buffer = empty;
  #settle: (refusal?: Error) => void = () => {};

  private constructor(url: string, auth: object) {
    const { hostname, port, host } = new URL(url);
    this.#auth = auth;
    this.#socket = connect({
      host: hostname,
      port: Number(port),
      noDelay: true,
      onread: {
        buffer: inbound,
        callback: (bytes) => {
          this.#receive(inbound.subarray(0, bytes));
          return true;
        },
      },
    });
    this.#socket.on('error', (error) => this.#settle(error));
    this.#socket.on('close', () => this.#settle(new Error('the connection was closed')));
    this.#socket.write(
      `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\n` +
        'Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
  }

  /** Resolves when the server has let it in. */
  static open<Heard extends Events<Heard>, Said extends Events<Said>>(
    url: string,
    auth: object = {},
  ): Promise<Wire<Heard, Said>> {
    const wire = new Wire<Heard, Said>(url, auth);
    return new Promise((resolve, reject) => {
      wire.#settle = (refusal) => (refusal ? reject(refusal) : resolve(wire));
    });
  }

  on<Event extends keyof Heard & string>(event: Event, listener: (payload: PayloadOf<Heard[Event]>) => void): void {
    this.#listeners.set(event, listener);
  }

  onClose(listener: () => void): void {
    this.#socket.once('close', listener);
  }

  emit<Event extends keyof Said & string>(event: Event, payload: PayloadOf<Said[Event]>): void {
    this.#send(`42${JSON.stringify([event, payload])}`);
  }

  /** Resolves with what the server calls back with. */
  ask<Event extends keyof Said & string>(
    event: Event,
    payload: PayloadOf<Said[Event]>,
  ): Promise<AnswerTo<Said[Event]>> {
    const id = this.#asked++;
    this.#send(`42${id}${JSON.stringify([event, payload])}`);
    return new Promise((resolve) => this.#answers.set(id, resolve as (answer: unknown) => void));
  }

  close(): void {
    this.#socket.removeAllListeners('close').destroy();
  }

  #send(packet: string): void {
    if (this.#socket.writable) this.#socket.write(maskedFrame(packet));
  }

  #receive(data: Buffer): void {
    this.bytes += data.length;
    let rest = this.#rest.length > 0 ? Buffer.concat([this.#rest, data]) : data;
    if (!this.#upgraded) {
      const end = rest.indexOf('\r\n\r\n');
      this.#upgraded = end >= 0;
      if (this.#upgraded) rest = rest.subarray(end + 4);
    }
    for (let frame = this.#upgraded && frameIn(rest); frame; frame = frameIn(rest)) {
      this.messages += 1;
      if (!this.#ignores(rest, frame)) this.#take(rest.toString('utf8', frame.start, frame.end));
      rest = rest.subarray(frame.end);
    }
    // What lies in the common buffer is gone with the next read.
    this.#rest = rest.length > 0 ? Buffer.from(rest) : empty;
  }

  /** Whether it is an event that nobody listens to. */
  #ignores(data: Buffer, { start, end }: { start: number; end: number }): boolean {
    if (end - start < 4 || data.readUInt16BE(start) !== event) return false;
    const name = data.toString('latin1', start + 4, Math.min(end, start + 4 + longestName));
    const quote = name.indexOf('"');
    return quote >= 0 && !this.#listeners.has(name.slice(0, quote));
  }

  /** Engine.IO's types of packets are 0 for open, 2 for ping, 3 for pong and 4 for what Socket.IO says. */
  #take(packet: string): void {
    if (packet.startsWith('42')) this.#hear(packet);
    else if (packet.startsWith('43')) this.#answer(packet);
    else if (packet === '2') this.#send('3');
    else if (packet.startsWith('0')) this.#send(`40${JSON.stringify(this.#auth)}`);
    else if (packet.startsWith('40')) this.#settle();
    else if (packet.startsWith('44')) this.#settle(new Error(JSON.parse(packet.slice(2)).message));
  }

  /** `42["event",payload]` */
  #hear(packet: string): void {
    const end = packet.indexOf('"', 4);
    const listener = this.#listeners.get(packet.slice(4, end));
    listener?.(read(packet.slice(end + 2, -1)) as never);
  }

  /** `43id[answer]` */
  #answer(packet: string): void {
    const start = packet.indexOf('[');
    const id = Number(packet.slice(2, start));
    this.#answers.get(id)?.(JSON.parse(packet.slice(start))[0]);
    this.#answers.delete(id);
  }
}

/** Where the payload of the first whole frame lies, as servers send it: unmasked. */
function frameIn(data: Buffer): { start: number; end: number } | undefined {
  if (data.length < 2) return undefined;
  const short = data.readUInt8(1);
  const start = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (data.length < start) return undefined;
  const length = short < 126 ? short : short === 126 ? data.readUInt16BE(2) : Number(data.readBigUInt64BE(2));
  return data.length < start + length ? undefined : { start, end: start + length };
}

/** A text message as a client sends it. */
function maskedFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const start = length < 126 ? 6 : length < 65_536 ? 8 : 14;
  const frame = Buffer.allocUnsafe(start + length);
  frame[0] = 0x81;
  if (length < 126) frame[1] = 0x80 | length;
  else if (length < 65_536) {
    frame[1] = 0x80 | 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 0x80 | 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  mask.copy(frame, start - 4);
  frame.write(text, start);
  for (let at = start; at < frame.length; at++) frame[at] = (frame[at] ?? 0) ^ (mask[(at - start) % 4] ?? 0);
  return frame;
}
