import { WebSocket } from 'ws';

/** What has been sent. */
export interface Meter {
  bytes: number;
  messages: number;
  connections: number;
}

export interface ConnectionOptions {
  url: string;
  meter?: Meter;
  /** Where it comes from: any of 127.0.0.0/8. */
  localAddress?: string | undefined;
  headers?: Record<string, string> | undefined;
  /** It asks for compact frames. */
  compact?: 1;
}

/** What a callback was called with; `text` is it as it came, for who wants to read it. */
export interface Answered {
  ok: boolean;
  text: string;
}

/** How long the server may take to open a connection, and to answer, in milliseconds. */
const patience = 10_000;

/** A Socket.IO connection at the least that it can be: it says whatever it is told to, and keeps nothing that it hears. */
export class Connection {
  readonly socket: WebSocket;
  /** Resolves when it has ended. */
  readonly closed: Promise<void>;
  readonly #meter: Meter;
  readonly #asked = new Map<string, (answered: Answered) => void>();
  #ids = 0;
  #onOpen = () => {};
  #onGreeted = () => {};
  #onRefused = (_packet: string) => {};

  private constructor({ url, meter, localAddress, headers = {} }: ConnectionOptions) {
    const options = { headers, perMessageDeflate: false, ...(localAddress !== undefined && { localAddress }) };
    this.socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`, options);
    this.#meter = meter ?? { bytes: 0, messages: 0, connections: 0 };
    this.#meter.connections += 1;
    this.closed = new Promise((resolve) => this.socket.once('close', () => resolve()));
    this.socket.on('error', () => {});
    this.socket.on('message', (data) => this.#hear(String(data)));
    this.closed.then(() => this.#forget('the connection has ended'));
  }

  /** Resolves when Engine.IO has opened a session. Rejects where it has not. */
  static async open(options: ConnectionOptions): Promise<Connection> {
    const connection = new Connection(options);
    await connection.#within('opened', (resolve) => {
      connection.#onOpen = resolve;
    });
    return connection;
  }

  /** Resolves when the server has greeted who has that token. Rejects where it has not. */
  static async enter(options: ConnectionOptions, token: string): Promise<Connection> {
    const connection = await Connection.open(options);
    const { compact } = options;
    connection.send(`40${JSON.stringify({ token, ...(compact && { compact }) })}`);
    await connection.#within('greeted', (resolve, reject) => {
      connection.#onGreeted = resolve;
      connection.#onRefused = (packet) => reject(new Error(packet));
    });
    return connection;
  }

  get isOpen(): boolean {
    return this.socket.readyState === WebSocket.OPEN;
  }

  /** Sends a packet, unless the connection has ended. */
  send(packet: string | Buffer): void {
    if (!this.isOpen) return;
    this.#meter.bytes += packet.length;
    this.#meter.messages += 1;
    this.socket.send(packet);
  }

  emit(event: string, payload: unknown): void {
    this.send(`42${JSON.stringify([event, payload])}`);
  }

  /** Sends an event with a callback. Always resolves: an answer that does not come is not `ok` either. */
  ask(event: string, payload: unknown): Promise<Answered> {
    if (!this.isOpen) return Promise.resolve({ ok: false, text: 'the connection has ended' });
    const id = String(this.#ids++);
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#answer(id, 'no answer'), patience);
      this.#asked.set(id, (answered) => {
        clearTimeout(timer);
        resolve(answered);
      });
      this.send(`42${id}${JSON.stringify([event, payload])}`);
    });
  }

  /** From now on nothing is read, so that all that the server sends waits for it. */
  stopReading(): void {
    this.socket.pause();
  }

  /** Resolves when what was sent has been handed to the kernel but for so many bytes, or the connection has ended. */
  async drained(bytes = 256 * 1024): Promise<void> {
    do await new Promise((resolve) => setTimeout(resolve, 1));
    while (this.isOpen && this.socket.bufferedAmount > bytes);
  }

  end(): void {
    this.socket.terminate();
  }

  #hear(packet: string): void {
    if (packet === '2') this.socket.send('3');
    else if (packet.startsWith('43')) this.#answer(packet.slice(2, packet.indexOf('[')), packet);
    else if (packet.startsWith('0')) this.#onOpen();
    else if (packet.startsWith('42["connected"')) this.#onGreeted();
    else if (packet.startsWith('44')) this.#onRefused(packet);
  }

  #answer(id: string, text: string): void {
    const resolve = this.#asked.get(id);
    this.#asked.delete(id);
    resolve?.({ ok: text.startsWith('[{"ok":true', text.indexOf('[')), text });
  }

  #forget(why: string): void {
    for (const id of [...this.#asked.keys()]) this.#answer(id, why);
    this.#onRefused(why);
  }

  #within(what: string, begin: (resolve: () => void, reject: (error: Error) => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`not ${what} within ${patience / 1000} s`)), patience);
      const settle = (end: () => void) => {
        clearTimeout(timer);
        end();
      };
      begin(
        () => settle(resolve),
        (error) => settle(() => reject(error)),
      );
      this.closed.then(() => settle(() => reject(new Error(`closed before it was ${what}`))));
    });
  }
}
