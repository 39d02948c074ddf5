import { io, type Socket } from 'socket.io-client';
import type {
  Acknowledgement,
  Answer,
  ClientEventName,
  ClientToServerEvents,
  Payload,
  ServerEventName,
  ServerPayload,
  ServerToClientEvents,
} from '../shared/events.ts';
import { Refusal } from '../shared/refusals.ts';
import { backoff } from './backoff.ts';
import { Clock } from './clock.ts';
import { Listeners } from './listeners.ts';

/** How long an answer may take, in milliseconds; then its outcome is unknown. */
const answerWithin = 10_000;
/** How often the latency is measured, and thereby whether the connection is alive, in milliseconds. */
const pingEvery = 15_000;

export type ConnectionStatus = 'initial' | 'connecting' | 'connected' | 'reconnecting' | 'disconnected';
export type RefusalMessage = ServerPayload<'error'>;

export interface ConnectionOptions {
  /** A JWT, or a function that is asked for one on every attempt and before the old one expires. */
  token?: string | (() => string | Promise<string>);
  /** How often to try in a row before giving up. Default: without limit. */
  maxReconnectAttempts?: number;
  /** In the order in which they are tried. Default: WebSocket, and polling where that is blocked. */
  transports?: ('websocket' | 'polling')[];
  /** Sends the cookies of the page along: for balancers that hold polling clients by a cookie. Default: false. */
  withCredentials?: boolean;
}

/** The connection at a glance: a new object whenever something in it has changed. */
export interface ConnectionState {
  readonly status: ConnectionStatus;
  /** There and back, in milliseconds; undefined while not measured. */
  readonly latency: number | undefined;
  /** How many attempts failed in a row. */
  readonly retryCount: number;
  /** When the next attempt begins, by this clock; undefined where none is awaited. */
  readonly retryAt: number | undefined;
  /** Why the server, or the token function, last said no; undefined while connected. */
  readonly refusal: RefusalMessage | undefined;
}

export interface ConnectionEvents {
  /** Something of the state has changed. */
  state: ConnectionState;
  /** For banners. The connection is gone, and will be tried again. */
  lost: ConnectionState;
  /** It is back. */
  restored: ConnectionState;
  /** It is not tried any more: the token is refused, or there were too many attempts. */
  failed: ConnectionState;
}

type Events = ConnectionEvents & { [E in ServerEventName]: ServerPayload<E> };

/**
 * A connection that comes back by itself.
 *
 *     initial ──connect()──▶ connecting ──▶ connected ◀──▶ reconnecting
 *                                 └────────────┴─ disconnect(), or failed ─┴──▶ disconnected ──connect()──▶ connecting
 */
export class Connection {
  readonly url: string;
  readonly #options: ConnectionOptions;
  readonly #socket: Socket<ServerToClientEvents, ClientToServerEvents>;
  readonly #listeners = new Listeners<Events>();
  #clock = new Clock();
  #state: ConnectionState = {
    status: 'initial',
    latency: undefined,
    retryCount: 0,
    retryAt: undefined,
    refusal: undefined,
  };
  #greeting: ServerPayload<'connected'> | undefined;
  /** Counts attempts, so that what belongs to an earlier one is recognised. */
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #online = () => this.retryNow();

  constructor(url: string, options: ConnectionOptions = {}) {
    this.url = url;
    this.#options = options;
    this.#socket = io(url, {
      autoConnect: false,
      forceNew: true,
      reconnection: false,
      transports: options.transports ?? ['websocket', 'polling'],
      tryAllTransports: true,
      withCredentials: options.withCredentials ?? false,
    });
    this.#socket.onAny((event: ServerEventName, ...[payload]) => this.#received(event, payload as never));
    this.#socket.on('connect_error', (error) => {
      const { data } = error as Error & { data?: RefusalMessage };
      this.#failed(data ?? local('unavailable', `the server can not be reached: ${error.message}`));
    });
    this.#socket.on('disconnect', (reason) => {
      if (reason !== 'io client disconnect') this.#lost();
    });
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get status(): ConnectionStatus {
    return this.#state.status;
  }

  get isConnected(): boolean {
    return this.#state.status === 'connected';
  }

  /** Who the server says one is, and what it allows; of the last connection. */
  get greeting(): ServerPayload<'connected'> | undefined {
    return this.#greeting;
  }

  /** The server's clock minus this one, in milliseconds. */
  get serverTimeOffset(): number {
    return this.#clock.offset;
  }

  /** The time by the server's clock, in milliseconds since the epoch. */
  get serverTime(): number {
    return Date.now() + this.#clock.offset;
  }

  connect(): void {
    if (this.status !== 'initial' && this.status !== 'disconnected') return;
    if (typeof window !== 'undefined') window.addEventListener('online', this.#online);
    this.#change({ status: 'connecting', retryCount: 0, refusal: undefined });
    this.#try();
  }

  /** Ends the connection, or the attempts to have one. */
  disconnect(): void {
    if (this.status === 'initial') return;
    this.#end();
    this.#change({ status: 'disconnected', refusal: undefined });
  }

  /** Does not wait for the next attempt to be due. */
  retryNow(): void {
    if (this.#state.retryAt !== undefined) this.#try();
  }

  /** Tells the server something that has no answer, or whose answer does not matter. Dropped while not connected. */
  send<E extends ClientEventName>(event: E, payload: Payload<E>): void {
    if (this.isConnected) this.#emit(event, payload);
  }

  /**
   * Asks the server. Throws its Refusal; `unavailable` where there is no connection or no answer in ten seconds: what
   * was asked may then have happened nevertheless.
   */
  async request<E extends ClientEventName>(event: E, payload: Payload<E>): Promise<Answer<E>> {
    const answer = await this.ask(event, payload);
    if (!answer) throw new Refusal('unavailable', `no answer to ${event}`);
    if (answer.ok) return answer;
    throw new Refusal(answer.error.error_code, answer.error.message, answer.error);
  }

  /**
   * Asks the server. Undefined: there was no answer, and what came of it is unknown. `heard` has the answer in its order
   * among the server's events; the promise resolves a little later, when the next event may have come already.
   */
  ask<E extends ClientEventName>(
    event: E,
    payload: Payload<E>,
    heard?: (answer: Acknowledgement<E>) => void,
  ): Promise<Acknowledgement<E> | undefined> {
    if (!this.isConnected) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const done = (answer?: Acknowledgement<E>) => {
        clearTimeout(timer);
        stop();
        if (answer) heard?.(answer);
        resolve(answer);
      };
      const timer = setTimeout(done, answerWithin);
      const stop = this.on('state', ({ status }) => {
        if (status !== 'connected') done();
      });
      this.#emit(event, payload, done);
    });
  }

  /** Listens to an event of the server or of the connection. Returns how to stop. */
  on<E extends keyof Events>(event: E, listener: (payload: Events[E]) => void): () => void {
    return this.#listeners.on(event, listener);
  }

  off<E extends keyof Events>(event: E, listener: (payload: Events[E]) => void): void {
    this.#listeners.off(event, listener);
  }

  #received(event: ServerEventName, payload: never): void {
    switch (event) {
      case 'connected':
        this.#connected(payload);
        break;
      case 'token_expiring':
        this.#refreshToken();
        break;
      case 'error':
        // A fatal one says why the connection ends next.
        if ((payload as RefusalMessage).fatal) this.#change({ refusal: payload });
        break;
    }
    this.#listeners.emit(event, payload);
  }

  async #try(): Promise<void> {
    clearTimeout(this.#timer);
    const attempt = ++this.#attempt;
    this.#change({ retryAt: undefined });
    try {
      const token = await this.#token();
      if (attempt !== this.#attempt) return;
      this.#socket.auth = token === undefined ? {} : { token };
      this.#socket.connect();
      // A server that takes the connection and then says nothing.
      this.#timer = setTimeout(() => this.#failed(local('unavailable', 'the server does not answer')), answerWithin);
    } catch (error) {
      if (attempt === this.#attempt) this.#failed(local('unavailable', `no token: ${(error as Error).message}`));
    }
  }

  async #token(): Promise<string | undefined> {
    const { token } = this.#options;
    return typeof token === 'function' ? token() : token;
  }

  #connected(greeting: ServerPayload<'connected'>): void {
    clearTimeout(this.#timer);
    this.#greeting = greeting;
    this.#clock = new Clock();
    const { status } = this.#state;
    this.#change({ status: 'connected', retryCount: 0, refusal: undefined });
    if (status === 'reconnecting') this.#listeners.emit('restored', this.#state);
    this.#measure();
  }

  /** An attempt failed. */
  #failed(refusal: RefusalMessage): void {
    this.#end();
    const retryCount = this.#state.retryCount + 1;
    this.#change({ retryCount, refusal });
    this.#tryLater(refusal);
  }

  #lost(): void {
    if (this.status !== 'connected') return;
    this.#end();
    this.#change({ status: 'reconnecting', latency: undefined });
    this.#listeners.emit('lost', this.#state);
    this.#tryLater(this.#state.refusal);
  }

  #tryLater(refusal: RefusalMessage | undefined): void {
    const { retryCount } = this.#state;
    const { token, maxReconnectAttempts = Number.POSITIVE_INFINITY } = this.#options;
    const hopeless = typeof token !== 'function' && refusal?.error_code === 'unauthorized';
    if (hopeless || retryCount > maxReconnectAttempts) {
      this.#change({ status: 'disconnected' });
      this.#listeners.emit('failed', this.#state);
      return;
    }
    const wait = Math.max(refusal?.retry_after_ms ?? 0, backoff(retryCount, Math.random));
    if (typeof window !== 'undefined') window.addEventListener('online', this.#online);
    this.#timer = setTimeout(() => this.#try(), wait);
    this.#change({ retryAt: Date.now() + wait });
  }

  /** Leaves the socket and whatever is under way. */
  #end(): void {
    this.#attempt += 1;
    clearTimeout(this.#timer);
    if (typeof window !== 'undefined') window.removeEventListener('online', this.#online);
    this.#change({ retryAt: undefined });
    this.#socket.disconnect();
  }

  /** Asks the server's time now and then. One that no longer answers is left. */
  async #measure(): Promise<void> {
    const attempt = this.#attempt;
    const sent = Date.now();
    const answer = await this.ask('ping', {});
    if (attempt !== this.#attempt) return;
    if (!answer?.ok) {
      this.#lost();
      return;
    }
    this.#clock.measured(sent, Date.now(), answer.timestamp);
    this.#change({ latency: this.#clock.latency });
    this.#timer = setTimeout(() => this.#measure(), pingEvery);
  }

  /** Where there is only one token, it expires, the connection ends with it, and `failed` says so. */
  async #refreshToken(): Promise<void> {
    if (typeof this.#options.token !== 'function') return;
    try {
      const token = await this.#token();
      if (token !== undefined) await this.request('authenticate', { token });
    } catch {
      // The server ends the connection when the old one has expired, and the function is asked again then.
    }
  }

  #emit(event: ClientEventName, payload: unknown, acknowledge?: (answer: never) => void): void {
    // One event's payload out of the union is what Socket.IO's types cannot follow through a generic.
    const emit = this.#socket.emit.bind(this.#socket) as (event: string, ...args: unknown[]) => void;
    if (acknowledge) emit(event, payload, acknowledge);
    else emit(event, payload);
  }

  #change(change: Partial<ConnectionState>): void {
    const keys = Object.keys(change) as (keyof ConnectionState)[];
    if (keys.every((key) => this.#state[key] === change[key])) return;
    this.#state = { ...this.#state, ...change };
    this.#listeners.emit('state', this.#state);
  }
}

/** A refusal that the server did not make. */
function local(error_code: 'unavailable', message: string): RefusalMessage {
  return new Refusal(error_code, message).toMessage(Date.now());
}
