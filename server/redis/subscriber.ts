import type { Guard } from '../watch/guard.ts';
import { clientOptions, reconnectDelay } from './connection.ts';
import { library } from './library.ts';

export type Listener = (message: Buffer, channel: Buffer) => void;

interface Subscription {
  how: 'subscribe' | 'pSubscribe';
  channel: string;
  listener: Listener;
}

const stops = { subscribe: 'unsubscribe', pSubscribe: 'pUnsubscribe' } as const;

/** How often one of several nodes is tried before the next. */
const attempts = 3;

/**
 * A connection that hears channels. In a cluster every node hears them all: it is with one, and with the next where that
 * is gone. Subscriptions come back by themselves; `onReady` is called when they have.
 */
export class Subscriber {
  readonly #urls: string[];
  readonly #onReady: () => void;
  readonly #guard: Guard;
  readonly #subscriptions = new Set<Subscription>();
  #client: ReturnType<typeof clientOf>;
  #closed = false;

  constructor(urls: string[], onReady: () => void, guard: Guard = (listener) => listener) {
    this.#urls = urls;
    this.#onReady = guard(onReady);
    this.#guard = guard;
    this.#client = this.#connect(0);
  }

  get ready(): boolean {
    return this.#client.isReady;
  }

  /** Hears a channel, or with `pSubscribe` all that fit a pattern. Returns how to stop. */
  subscribe(channel: string, hear: Listener, how: Subscription['how'] = 'subscribe'): () => void {
    const listener = this.#guard(hear);
    const subscription = { how, channel, listener };
    this.#subscriptions.add(subscription);
    this.#client[how](channel, listener, true).catch(ignore);
    return () => {
      if (!this.#subscriptions.delete(subscription) || this.#closed) return;
      this.#client[stops[how]](channel, listener, true).catch(ignore);
    };
  }

  /** Which of the commands a user may not use that hearing a channel so takes. */
  async refused(how: Subscription['how'], channel: string): Promise<string[]> {
    const refused: string[] = [];
    for (const command of [how, stops[how]])
      await this.#client[command](channel, ignore, true).catch((error: Error) => {
        if (!error.message.startsWith('NOPERM')) throw error;
        refused.push(command.toLowerCase());
      });
    return refused;
  }

  /** Resolves when all is heard that was subscribed, and everything was handed on that was published until now. */
  async caughtUp(): Promise<void> {
    await this.#client.ping();
  }

  close(): void {
    this.#closed = true;
    this.#client.destroy();
  }

  #connect(at: number): ReturnType<typeof clientOf> {
    const url = this.#urls[at % this.#urls.length] ?? '';
    const client = clientOf(url, this.#urls.length === 1 ? Number.POSITIVE_INFINITY : attempts);
    // Why it fails, the connection for commands tells.
    client.on('error', ignore);
    client.on('ready', () => client.ping().then(this.#onReady, ignore));
    client.on('terminated', () => this.#moveOn(at + 1));
    for (const { how, channel, listener } of this.#subscriptions) client[how](channel, listener, true).catch(ignore);
    client.connect().catch(ignore);
    return client;
  }

  #moveOn(at: number): void {
    if (this.#closed) return;
    this.#client.destroy();
    this.#client = this.#connect(at);
  }
}

function clientOf(url: string, attempts: number) {
  const options = clientOptions();
  const reconnectStrategy = (retries: number) => (retries < attempts ? reconnectDelay() : false);
  return library().createClient({ url, ...options, socket: { ...options.socket, reconnectStrategy } });
}

/** A subscription that fails is made again with the next connection. */
function ignore(): void {}
