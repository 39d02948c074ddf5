import { Clock } from '../../shared/clock.ts';
import type {
  Acknowledgement,
  Answer,
  ClientEventName,
  Payload,
  ServerEventName,
  ServerPayload,
} from '../../shared/events.ts';
import { monotonic } from '../../shared/monotonic.ts';
import { protocolVersion } from '../../shared/protocol.ts';
import { toRefusal } from '../../shared/refusals.ts';
import { Listeners } from '../listeners.ts';
import { StateMachine } from '../stateMachine.ts';
import { backoff } from './backoff.ts';
import { CompactFrames } from './compact.ts';
import { isLasting, local } from './local.ts';
import type { ConnectionOptions } from './options.ts';
import { type Phase, phases, type Step } from './phases.ts';
import { Questions } from './questions.ts';
import { createSocket, type Socket } from './socket.ts';
import type { ConnectionEvents, ConnectionState, ConnectionStatus, RefusalMessage } from './state.ts';
import { onWake } from './wake.ts';

/** How long an attempt, or an answer, may take, in milliseconds; then its outcome is unknown. */
const answerWithin = 10_000;
/** How often the latency is measured, and thereby whether the connection is alive, in milliseconds. */
const pingEvery = 15_000;

type Banner = 'lost' | 'restored' | 'failed' | 'reload';
type Events = ConnectionEvents & { [E in ServerEventName]: ServerPayload<E> };

/** A connection that comes back by itself. What it does when, phases.ts has in one table. */
export class Connection {
  /** The server's, with its base path. */
  readonly url: string;
  readonly #options: ConnectionOptions;
  readonly #timeout: number;
  readonly #socket: Socket;
  readonly #listeners = new Listeners<Events>();
  readonly #machine = new StateMachine<Phase, Step, ConnectionState>(
    phases,
    'initial',
    { status: 'initial', latency: undefined, retryCount: 0, retryAt: undefined, refusal: undefined },
    this.#listeners,
    () => this.#enter(),
  );
  readonly #questions = new Questions();
  #compact = new CompactFrames();
  /** Whether to ask for compact frames: not again where one was not understood. */
  #asksCompact = true;
  #refreshing: ReturnType<typeof setTimeout> | undefined;
  /** The token that the server has. */
  #presented: string | undefined;
  #stopWaking: (() => void) | undefined;
  /** The last attempt had no answer at all: WebSockets may be swallowed on the way. */
  #pollingFirst = false;
  /** Milliseconds before the next attempt. */
  #wait = 0;
  /** Why the server ends this connection, where it has said so. */
  #farewell: RefusalMessage | undefined;
  #clock = new Clock(Date.now() - monotonic());
  #isUnreachable = false;
  #greeting: ServerPayload<'connected'> | undefined;

  /** `url`: an origin, or `/` for that of the page. Throws a TypeError where it is something else. */
  constructor(url: string, options: ConnectionOptions = {}) {
    if (!/^(\w+:\/\/[^/?#]+)?\/?$/.test(url)) throw new TypeError(`expected http://<host>, a path as basePath: ${url}`);
    this.url = url + (options.basePath ?? '');
    this.#options = options;
    this.#timeout = options.timeout ?? answerWithin;
    this.#socket = createSocket(url, options);
    this.#socket.onAny((event: ServerEventName | 'c', ...[payload]) => this.#heard(event, payload as never));
    this.#socket.on('connect_error', (error) => {
      const { data } = error as Error & { data?: RefusalMessage };
      this.#broke(data ?? local(`can not be reached: ${error.message}`), false, !data);
    });
    this.#socket.on('disconnect', () => this.#broke(this.#farewell));
  }

  get state(): ConnectionState {
    return this.#machine.look;
  }

  get status(): ConnectionStatus {
    return this.state.status;
  }

  get isConnected(): boolean {
    return this.status === 'connected';
  }

  /** Who the server says one is, and what it allows; of the last connection. */
  get greeting(): ServerPayload<'connected'> | undefined {
    return this.#greeting;
  }

  /** Whether the last attempt failed without an answer: nobody has said who one is, nor that one may not come in. */
  get isUnreachable(): boolean {
    return this.#isUnreachable;
  }

  /** The server's clock minus this one, in milliseconds. */
  get serverTimeOffset(): number {
    return this.serverTime - Date.now();
  }

  /** The time by the server's clock, in milliseconds since the epoch; it goes on as it was where this machine's clock is set. */
  get serverTime(): number {
    return monotonic() + this.#clock.offset;
  }

  connect(): void {
    this.#step('connect', { status: 'connecting', retryCount: 0, refusal: undefined });
  }

  /** Ends the connection, or the attempts to have one. */
  disconnect(): void {
    this.#end();
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
    if (answer?.ok) return answer;
    throw toRefusal(answer?.error ?? local(`no answer to ${event}`));
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
    return this.#questions.ask<E>((answered) => this.#emit(event, payload, answered), this.#timeout, heard);
  }

  /** Listens to an event of the server or of the connection. Returns how to stop. */
  on<E extends keyof Events>(event: E, listener: (payload: Events[E]) => void): () => void {
    return this.#listeners.on(event, listener);
  }

  off<E extends keyof Events>(event: E, listener: (payload: Events[E]) => void): void {
    this.#listeners.off(event, listener);
  }

  /** Takes what the server sends. */
  protected received(event: ServerEventName, payload: never): void {
    if (event === 'connected') {
      if ((payload as ServerPayload<'connected'>).protocol > protocolVersion) {
        this.#end('reload', local('the server is newer: reload'));
        return;
      }
      this.#greeted(payload);
    }
    // Not all at once: those who came together have tokens that expire together.
    if (event === 'token_expiring')
      this.#refresh(
        (Math.random() * ((payload as ServerPayload<'token_expiring'>).expires_at - this.serverTime)) / 10,
        1,
      );
    if (event === 'error' && (payload as RefusalMessage).fatal) this.#farewell = payload;
    this.#listeners.emit(event, payload);
  }

  #heard(event: ServerEventName | 'c', payload: never): void {
    const told = event === 'c' ? this.#compact.read(payload) : ([event, payload] as const);
    if (told) this.received(...(told as [ServerEventName, never]));
    else {
      // Nothing is lost: the rooms catch up over another connection.
      this.#asksCompact = false;
      this.#broke(local('a frame builds on what never came'));
    }
  }

  /** Takes a step. `banner` is told too, unless a listener has made it untrue meanwhile. */
  #step(step: Step, change: Partial<ConnectionState> = {}, banner?: Banner): void {
    if (!this.#machine.step(step, { retryAt: undefined, ...change })) return;
    if (banner && this.status === change.status) this.#listeners.emit(banner, this.state);
  }

  /** Gives the connection up. */
  #end(banner?: Banner, refusal?: RefusalMessage): void {
    this.#step('disconnect', { status: 'disconnected', latency: undefined, refusal }, banner);
  }

  #enter(): void {
    const { transports = ['websocket', 'polling'] } = this.#options;
    this.#questions.end();
    clearTimeout(this.#refreshing);
    switch (this.#machine.state) {
      case 'authorizing':
        this.#stopWaking ??= onWake(() => (this.isConnected ? this.#measure() : this.retryNow()));
        this.#authorize();
        break;
      case 'opening':
        this.#farewell = undefined;
        this.#compact = new CompactFrames();
        this.#machine.after(this.#timeout, () => this.#broke(local('no answer'), true));
        this.#socket.io.opts.transports = this.#pollingFirst ? transports.toReversed() : transports;
        this.#socket.connect();
        break;
      case 'connected':
        this.#measure();
        break;
      case 'waiting':
        this.#socket.disconnect();
        this.#machine.after(this.#wait, () => this.retryNow());
        break;
      case 'disconnected':
        this.#stopWaking?.();
        this.#stopWaking = undefined;
        this.#socket.disconnect();
        break;
    }
  }

  #authorize(): void {
    this.#machine.after(this.#timeout, () => this.#broke(local('no token: too late'), false, true));
    this.#token().then(
      this.#machine.during((token) => {
        this.#presented = token;
        this.#socket.auth = { ...(token !== undefined && { token }), ...(this.#asksCompact && { compact: 1 }) };
        this.#step('authorized');
      }),
      this.#machine.during((error) =>
        this.#broke(local(`no token: ${error?.message ?? error}`), false, error instanceof TypeError),
      ),
    );
  }

  async #token(): Promise<string | undefined> {
    const { token } = this.#options;
    return typeof token === 'function' ? token() : token;
  }

  #greeted(greeting: ServerPayload<'connected'>): void {
    if (!this.#machine.next('greeted')) return;
    this.#greeting = greeting;
    this.#clock = new Clock(greeting.server_time - monotonic());
    const banner = this.status === 'reconnecting' ? 'restored' : undefined;
    this.#step('greeted', { status: 'connected', refusal: undefined }, banner);
  }

  /**
   * An attempt failed, or the connection is gone: it is tried again, unless that can not help. `isSilent`: the attempt had no
   * answer at all, and `isUnreachable`: none that the server made.
   */
  #broke(refusal: RefusalMessage | undefined, isSilent = false, isUnreachable = isSilent): void {
    if (!this.#machine.next('broke')) return;
    this.#isUnreachable = isUnreachable;
    this.#pollingFirst = isSilent && !this.#pollingFirst;
    const retryCount = this.state.retryCount + 1;
    const { token, maxReconnectAttempts = retryCount } = this.#options;
    if (retryCount > maxReconnectAttempts || (refusal && isFinal(refusal, typeof token === 'function'))) {
      this.#end('failed', refusal);
      return;
    }
    this.#wait = (refusal?.retry_after_ms ?? 0) + backoff(retryCount, Math.random);
    const banner = this.isConnected ? 'lost' : undefined;
    const status = banner ? 'reconnecting' : this.status;
    const retryAt = Date.now() + this.#wait;
    this.#step('broke', { status, latency: undefined, refusal, retryCount, retryAt }, banner);
  }

  /** Asks the server's time now and then. One that no longer answers is left. */
  #measure(): void {
    const sent = monotonic();
    const answered = this.#machine.during((answer?: Acknowledgement<'ping'>) => {
      if (!answer?.ok) {
        this.#broke(answer?.error ?? local('no answer'));
        return;
      }
      this.#clock.measured(sent, monotonic(), answer.timestamp);
      this.#machine.after(pingEvery, () => this.#measure());
      this.#machine.change({ latency: this.#clock.latency, retryCount: 0 });
    });
    this.ask('ping', {}).then(answered);
  }

  /**
   * A new token in place of the old one, after so many milliseconds; where there is none then, or still the old one, it is
   * asked for again while the connection lasts. Where there is only one token, the connection ends with it, and `failed`
   * says so.
   */
  #refresh(wait: number, attempt: number): void {
    if (typeof this.#options.token !== 'function') return;
    const again = this.#machine.during(() => this.#refresh(backoff(Math.min(attempt, 5), Math.random), attempt + 1));
    const send = this.#machine.during(async (token?: string) => {
      // A function may keep the old one until it expires, and the server waits a little longer.
      if (token === this.#presented) return again();
      await this.request('authenticate', { token: token ?? '' });
      this.#presented = token;
    });
    this.#refreshing = setTimeout(() => this.#token().then(send).catch(again), wait);
  }

  #emit(...args: [event: ClientEventName, payload: unknown, acknowledge?: (answer: never) => void]): void {
    // One event's payload out of the union is what Socket.IO's types cannot follow through a generic.
    (this.#socket as { emit(...args: unknown[]): unknown }).emit(...args);
  }
}

/** Whether another attempt can not help: only a token function may have a better answer than the one refused. */
function isFinal({ code }: RefusalMessage, canAskForToken: boolean): boolean {
  return code === 4401 ? !canAskForToken : isLasting(code);
}
