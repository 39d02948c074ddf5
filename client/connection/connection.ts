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
} from '../../shared/events.ts';
import { Refusal } from '../../shared/refusals.ts';
import { Listeners } from '../listeners.ts';
import { randomId } from '../randomId.ts';
import { backoff } from './backoff.ts';
import { Clock } from './clock.ts';
import { type Phase, phases, type Step } from './phases.ts';
import { onWake } from './wake.ts';

/** How long an attempt, or an answer, may take, in milliseconds; then its outcome is unknown. */
const answerWithin = 10_000;
/** How often the latency is measured, and thereby whether the connection is alive, in milliseconds. */
const pingEvery = 15_000;

export type ConnectionStatus = 'initial' | 'connecting' | 'connected' | 'reconnecting' | 'disconnected';
export type RefusalMessage = ServerPayload<'error'>;

export interface ConnectionOptions {
  /** A JWT, or a function that is asked for one on every attempt and before the old one expires. */
  token?: string | (() => string | Promise<string>);
  /** How often to try again in a row before giving up. Default: without limit. */
  maxReconnectAttempts?: number;
  /** In the order in which they are tried. Default: WebSocket, and polling where that is blocked. */
  transports?: ('websocket' | 'polling')[];
  /** Sends the cookies of the page along: for balancers that hold polling clients by a cookie. Default: false. */
  withCredentials?: boolean;
  /** How long an attempt, or an answer, may take, in milliseconds. Default: 10,000. */
  timeout?: number;
}

/** The connection at a glance: a new object whenever something in it has changed. */
export interface ConnectionState {
  readonly status: ConnectionStatus;
  /** There and back, in milliseconds; undefined while not measured. */
  readonly latency: number | undefined;
  /** How often in a row it was tried again, the attempt under way included; 0 once the server has answered something. */
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
  /** It is not tried any more: the server will not have this token or user, or there were too many attempts. */
  failed: ConnectionState;
}

type Events = ConnectionEvents & { [E in ServerEventName]: ServerPayload<E> };

/** A connection that comes back by itself. What it does when, phases.ts has in one table. */
export class Connection {
  readonly url: string;
  readonly #options: ConnectionOptions;
  readonly #timeout: number;
  readonly #socket: Socket<ServerToClientEvents, ClientToServerEvents>;
  readonly #listeners = new Listeners<Events>();
  #phase: Phase = 'initial';
  /** Counts the phases, so that what belongs to an earlier one is recognised. */
  #visit = 0;
  /** When the phase ends, or asks again, by itself. */
  #timer: ReturnType<typeof setTimeout> | undefined;
  #refreshTimer: ReturnType<typeof setTimeout> | undefined;
  #stopWaking: (() => void) | undefined;
  /** The last attempt had no answer at all: WebSockets may be swallowed on the way. */
  #pollingFirst = false;
  /** Why the server ends this connection, where it has said so. */
  #farewell: RefusalMessage | undefined;
  #clock = new Clock(0);
  #greeting: ServerPayload<'connected'> | undefined;
  #state: ConnectionState = {
    status: 'initial',
    latency: undefined,
    retryCount: 0,
    retryAt: undefined,
    refusal: undefined,
  };

  constructor(url: string, options: ConnectionOptions = {}) {
    this.url = url;
    this.#options = options;
    this.#timeout = options.timeout ?? answerWithin;
    this.#socket = io(url, {
      autoConnect: false,
      forceNew: true,
      reconnection: false,
      tryAllTransports: true,
      withCredentials: options.withCredentials ?? false,
      // What a balancer may keep the requests of a polling client together by.
      query: { sticky: randomId() },
    });
    this.#socket.onAny((event: ServerEventName, ...[payload]) => this.#received(event, payload as never));
    this.#socket.on('connect_error', (error) => {
      const { data } = error as Error & { data?: RefusalMessage };
      this.#broke(data ?? local(`the server can not be reached: ${error.message}`));
    });
    this.#socket.on('disconnect', () => this.#broke(this.#farewell));
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
    this.#step('connect', { status: 'connecting', retryCount: 0, refusal: undefined });
  }

  /** Ends the connection, or the attempts to have one. */
  disconnect(): void {
    this.#step('disconnect', { status: 'disconnected', latency: undefined, refusal: undefined });
  }

  /** Does not wait for the next attempt to be due. */
  retryNow(): void {
    this.#step('due');
  }

  /** Tells the server something that has no answer, or whose answer does not matter. Dropped while not connected. */
  send<E extends ClientEventName>(event: E, payload: Payload<E>): void {
    if (this.isConnected) this.#emit(event, payload);
  }

  /**
   * Asks the server. Throws its Refusal; `unavailable` where there is no connection, or no answer in time: what was asked
   * may then have happened nevertheless.
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
      const timer = setTimeout(done, this.#timeout);
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
    if (event === 'connected') this.#greeted(payload);
    if (event === 'token_expiring') this.#refreshSoon(payload);
    if (event === 'error' && (payload as RefusalMessage).fatal) this.#farewell = payload;
    this.#listeners.emit(event, payload);
  }

  /**
   * Takes a step: ends the phase, begins the next one, and only then tells, for a listener may take a step itself.
   * `banner` is told too, unless that has made it untrue.
   */
  #step(step: Step, change: Partial<ConnectionState> = {}, banner?: 'lost' | 'restored' | 'failed'): void {
    const next = phases[this.#phase][step];
    if (!next) return;
    this.#visit += 1;
    clearTimeout(this.#timer);
    clearTimeout(this.#refreshTimer);
    this.#phase = next;
    const isNews = this.#set({ retryAt: undefined, ...change });
    this.#enter(next);
    if (isNews) this.#listeners.emit('state', this.#state);
    if (banner && this.status === change.status) this.#listeners.emit(banner, this.#state);
  }

  #enter(phase: Phase): void {
    switch (phase) {
      case 'authorizing':
        this.#stopWaking ??= onWake(() => this.#wake());
        this.#authorize();
        break;
      case 'opening':
        this.#farewell = undefined;
        this.#socket.io.opts.transports = this.#transports();
        this.#socket.connect();
        this.#timer = setTimeout(() => this.#unanswered(), this.#timeout);
        break;
      case 'connected':
        this.#measure();
        break;
      case 'waiting':
        this.#socket.disconnect();
        this.#timer = setTimeout(() => this.#step('due'), (this.#state.retryAt ?? 0) - Date.now());
        break;
      case 'disconnected':
        this.#stopWaking?.();
        this.#stopWaking = undefined;
        this.#socket.disconnect();
        break;
    }
  }

  async #authorize(): Promise<void> {
    const visit = this.#visit;
    try {
      const token = await this.#token();
      if (visit !== this.#visit) return;
      this.#socket.auth = token === undefined ? {} : { token };
      this.#step('authorized');
    } catch (error) {
      if (visit === this.#visit) this.#broke(local(`no token: ${error instanceof Error ? error.message : error}`));
    }
  }

  async #token(): Promise<string | undefined> {
    const { token } = this.#options;
    return typeof token === 'function' ? token() : token;
  }

  #transports(): ('websocket' | 'polling')[] {
    const transports = this.#options.transports ?? ['websocket', 'polling'];
    return this.#pollingFirst ? transports.toReversed() : transports;
  }

  #greeted(greeting: ServerPayload<'connected'>): void {
    this.#greeting = greeting;
    this.#clock = new Clock(greeting.server_time - Date.now());
    const banner = this.status === 'reconnecting' ? 'restored' : undefined;
    this.#step('greeted', { status: 'connected', refusal: undefined }, banner);
  }

  #unanswered(): void {
    const pollingFirst = !this.#pollingFirst;
    this.#broke(local('the server does not answer'));
    this.#pollingFirst = pollingFirst;
  }

  /** An attempt failed, or the connection is gone: it is tried again, unless that can not help. */
  #broke(refusal: RefusalMessage | undefined): void {
    this.#pollingFirst = false;
    const { token, maxReconnectAttempts = Number.POSITIVE_INFINITY } = this.#options;
    const retryCount = this.#state.retryCount + 1;
    const latency = undefined;
    if (retryCount > maxReconnectAttempts || (refusal && isFinal(refusal, typeof token === 'function'))) {
      this.#step('gaveUp', { status: 'disconnected', latency, refusal }, 'failed');
      return;
    }
    const wait = (refusal?.retry_after_ms ?? 0) + backoff(retryCount, Math.random);
    const wasConnected = this.isConnected;
    const status = wasConnected ? 'reconnecting' : this.status;
    const change = { status, latency, refusal, retryCount, retryAt: Date.now() + wait };
    this.#step('broke', change, wasConnected ? 'lost' : undefined);
  }

  #wake(): void {
    if (this.#phase === 'connected') this.#measure();
    else this.retryNow();
  }

  /** Asks the server's time now and then. One that no longer answers is left. */
  async #measure(): Promise<void> {
    const visit = this.#visit;
    const sent = Date.now();
    const answer = await this.ask('ping', {});
    if (visit !== this.#visit) return;
    if (!answer?.ok) {
      this.#broke(answer?.error ?? local('the server does not answer'));
      return;
    }
    this.#clock.measured(sent, Date.now(), answer.timestamp);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#measure(), pingEvery);
    if (this.#set({ latency: this.#clock.latency, retryCount: 0 })) this.#listeners.emit('state', this.#state);
  }

  /** Not all at once: those who came together have tokens that expire together. */
  #refreshSoon({ expires_at }: ServerPayload<'token_expiring'>): void {
    const wait = (Math.random() * (expires_at - this.serverTime)) / 10;
    this.#refreshTimer = setTimeout(() => this.#refreshToken(1), wait);
  }

  /**
   * A new token in place of the old one; where there is none now, it is asked for again while the connection lasts.
   * Where there is only one token, the connection ends with it, and `failed` says so.
   */
  async #refreshToken(attempt: number): Promise<void> {
    if (typeof this.#options.token !== 'function') return;
    const visit = this.#visit;
    try {
      const token = await this.#token();
      if (token !== undefined && visit === this.#visit) await this.request('authenticate', { token });
    } catch {
      if (visit !== this.#visit) return;
      this.#refreshTimer = setTimeout(() => this.#refreshToken(attempt + 1), backoff(attempt, Math.random));
    }
  }

  #emit(event: ClientEventName, payload: unknown, acknowledge?: (answer: never) => void): void {
    // One event's payload out of the union is what Socket.IO's types cannot follow through a generic.
    const emit = this.#socket.emit.bind(this.#socket) as (event: string, ...args: unknown[]) => void;
    if (acknowledge) emit(event, payload, acknowledge);
    else emit(event, payload);
  }

  /** Returns whether something has changed: then it is to be told. */
  #set(change: Partial<ConnectionState>): boolean {
    const keys = Object.keys(change) as (keyof ConnectionState)[];
    if (keys.every((key) => this.#state[key] === change[key])) return false;
    this.#state = { ...this.#state, ...change };
    return true;
  }
}

/** Whether another attempt can not help: only a token function may have a better answer than the one refused. */
function isFinal({ error_code }: RefusalMessage, canAskForToken: boolean): boolean {
  if (error_code === 'unauthorized') return !canAskForToken;
  return error_code === 'forbidden' || error_code === 'bad_request';
}

/** A refusal that the server did not make. */
function local(message: string): RefusalMessage {
  return new Refusal('unavailable', message).toMessage(Date.now());
}
