import { WebSocket } from 'ws';
import { cleanup } from './cleanup.ts';

export interface RawOptions {
  /** Answers the heartbeat; true where it is missing. */
  answersPings?: boolean;
  headers?: Record<string, string>;
  /** Begins to upgrade this session in place of one of its own. */
  sid?: string;
}

/** A client that speaks Engine.IO 4 and Socket.IO 5 by hand over a WebSocket: whatever is to be sent, it sends. */
export class RawClient {
  readonly socket: WebSocket;
  /** Every packet that came, as text, and those that nobody has taken. */
  readonly received: string[] = [];
  /** Resolves when the connection has ended. */
  readonly closed: Promise<void>;
  readonly #waiting = new Set<() => void>();
  #acknowledgements = 0;

  private constructor(socket: WebSocket, { answersPings = true }: RawOptions) {
    this.socket = socket;
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('error', () => {});
    socket.on('message', (data) => {
      const packet = String(data);
      if (packet === '2' && answersPings) socket.send('3');
      this.received.push(packet);
      for (const look of [...this.#waiting]) look();
    });
    cleanup(() => socket.terminate());
  }

  /** Opens the WebSocket. Resolves when the server has opened a session, or refused to. */
  static async open(server: { url: string }, options: RawOptions = {}): Promise<RawClient> {
    const url = `${server.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket${options.sid === undefined ? '' : `&sid=${options.sid}`}`;
    const client = new RawClient(new WebSocket(url, { headers: options.headers ?? {} }), options);
    const opened = options.sid === undefined ? client.packet(/^0/) : client.#opened();
    await Promise.race([opened, client.closed]);
    return client;
  }

  /** The same, and connected with a token. */
  static async connect(server: { url: string }, token: string, options: RawOptions = {}): Promise<RawClient> {
    const client = await RawClient.open(server, options);
    client.send(`40${JSON.stringify({ token })}`);
    await client.packet(/^42\["connected"/);
    return client;
  }

  #opened(): Promise<void> {
    return new Promise((resolve) => this.socket.once('open', () => resolve()));
  }

  send(packet: string | Buffer): void {
    this.socket.send(packet);
  }

  /** Sends an event with a callback, and resolves with what that is called with. */
  async ask(event: string, payload: unknown): Promise<unknown> {
    const id = this.#acknowledgements++;
    this.send(`42${id}${JSON.stringify([event, payload])}`);
    const packet = await this.packet(new RegExp(`^43${id}\\[`));
    return JSON.parse(packet.slice(packet.indexOf('[')))[0];
  }

  /** The next packet of that form; those that came before count too, and each is taken once. */
  packet(form: RegExp): Promise<string> {
    return new Promise((resolve) => {
      const look = () => {
        const index = this.received.findIndex((packet) => form.test(packet));
        if (index < 0) return;
        this.#waiting.delete(look);
        resolve(this.received.splice(index, 1)[0] ?? '');
      };
      this.#waiting.add(look);
      look();
    });
  }
}
