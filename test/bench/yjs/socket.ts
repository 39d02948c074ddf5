import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import WebSocket from 'ws';

/** Types of messages, of what is said in `sync`, and of what is said in `auth`. */
const message = { sync: 0, auth: 2 };
const sync = { step1: 0, step2: 1, update: 2 };
const auth = { token: 0 };

export interface YjsSocketOptions {
  url: string;
  /** What each message begins with, where one connection carries many documents. */
  document?: string;
  /** Whether the server waits for a token. */
  hasToken: boolean;
  onUpdate(update: Uint8Array): void;
  onClose(): void;
}

/** A client of y-protocols that does as little as it can, and keeps no document. */
export class YjsSocket {
  /** What has come so far: bytes of WebSocket, and messages. */
  bytes = 0;
  messages = 0;
  readonly #socket: WebSocket;
  readonly #options: YjsSocketOptions;
  #synced: () => void = () => {};

  private constructor(options: YjsSocketOptions) {
    this.#options = options;
    this.#socket = new WebSocket(options.url, { perMessageDeflate: false });
    this.#socket.on('message', (data: Buffer) => this.#receive(data));
    this.#socket.on('close', options.onClose);
  }

  /** Resolves when the server has sent the document. */
  static open(options: YjsSocketOptions): Promise<YjsSocket> {
    const socket = new YjsSocket(options);
    return new Promise((resolve, reject) => {
      socket.#synced = () => resolve(socket);
      socket.#socket.on('error', reject);
      socket.#socket.on('open', () => {
        if (options.hasToken) {
          socket.#send(message.auth, (encoder) => {
            encoding.writeVarUint(encoder, auth.token);
            encoding.writeVarString(encoder, 'token');
          });
        }
        socket.#send(message.sync, (encoder) => {
          encoding.writeVarUint(encoder, sync.step1);
          encoding.writeVarUint8Array(encoder, Uint8Array.of(0));
        });
      });
    });
  }

  send(update: Uint8Array): void {
    this.#send(message.sync, (encoder) => {
      encoding.writeVarUint(encoder, sync.update);
      encoding.writeVarUint8Array(encoder, update);
    });
  }

  close(): void {
    this.#socket.removeAllListeners('close').terminate();
  }

  #send(type: number, write: (encoder: encoding.Encoder) => void): void {
    const { document } = this.#options;
    const encoder = encoding.createEncoder();
    if (document !== undefined) encoding.writeVarString(encoder, document);
    encoding.writeVarUint(encoder, type);
    write(encoder);
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(encoding.toUint8Array(encoder));
  }

  #receive(data: Buffer): void {
    this.messages += 1;
    this.bytes += data.length + (data.length < 126 ? 2 : 4);
    const decoder = decoding.createDecoder(data);
    if (this.#options.document !== undefined) decoding.readVarString(decoder);
    if (decoding.readVarUint(decoder) !== message.sync) return;
    const said = decoding.readVarUint(decoder);
    if (said === sync.step2) this.#synced();
    else if (said === sync.update) this.#options.onUpdate(decoding.readVarUint8Array(decoder));
  }
}
