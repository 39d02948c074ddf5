import { createHash } from 'node:crypto';
import { monotonic } from '../../shared/monotonic.ts';
import { Refusal } from '../../shared/refusals.ts';
import type { Guard } from '../watch/guard.ts';
import { type Argument, type Connection, connect, inTime, type Node, reconnect, TimeOut } from './connection.ts';
import { faultsOf } from './requirements.ts';
import { askServer, type Standing } from './standing.ts';
import { Subscriber } from './subscriber.ts';

/** A Lua script, and the name under which Redis remembers it. */
export interface Script {
  text: string;
  sha: string;
}

export function scriptOf(text: string): Script {
  return { text, sha: sha1(text) };
}

/** As scripts have it: 40 hexadecimal digits. */
export function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}

export interface RedisOptions {
  /** `redis://` or `rediss://`; several are some nodes of one cluster. */
  urls: string[];
  /** What the names of all keys and channels begin with; it has no braces, and nothing that a pattern takes for more than itself. */
  prefix: string;
  /** How many replicas must have what is written before write() answers. */
  waitReplicas: number;
  /** Told when Redis stops doing its work, with the reason, and when it does it again. */
  onTrouble?(reason: string | undefined): void;
  /** Around those who hear channels: what they throw is not Redis's trouble. */
  guard?: Guard;
}

/** How long after a restart or failover instances come forward with what they know, in milliseconds. */
const settling = 2_000;
/** Characters from which on an argument is sent as bytes. */
const longText = 16 * 1024;
/** How long Redis counts as troubled after a call has failed, in milliseconds. */
const troubled = 3_000;

/**
 * Redis, or a cluster: calls that end in bounded time, and channels. May be started before Redis is. A call that fails
 * is refused as `unavailable`; what it should have written may be there nevertheless.
 */
export class Redis {
  readonly subscriber: Subscriber;
  /** Resolves when there is a connection for the first time, or none to be had for now. */
  readonly opened: Promise<void>;
  readonly #options: RedisOptions;
  readonly #connection: Connection;
  readonly #standings = new Map<Node, { socketEpoch: number; standing: Promise<Standing> }>();
  /** The servers met so far; undefined before the first. One that comes later has taken over from another. */
  #met: Set<string> | undefined;
  readonly #waits = new Map<Node, { running: Promise<unknown>; next: Promise<unknown> | undefined }>();
  readonly #onReady: (() => void)[] = [];
  #open: () => void = () => {};
  #unpublished = 0;
  #failedAt = Number.NEGATIVE_INFINITY;
  #reason = 'not connected yet';
  #told: string | undefined;
  readonly #timer: NodeJS.Timeout;

  constructor(options: RedisOptions) {
    this.#options = options;
    const onReady = () => {
      if (this.#connection.ready()) this.#open();
      for (const listener of this.#onReady) listener();
    };
    this.opened = new Promise((resolve) => {
      this.#open = resolve;
    });
    this.#connection = connect(options.urls, { onReady, onError: (error) => this.#failed(error) });
    this.subscriber = new Subscriber(options.urls, onReady, options.guard);
    this.#timer = setInterval(() => this.#report(), 500);
  }

  /**
   * The full name of a key or a channel. Others may be on the same Redis: whatever goes there is named by this. What is
   * in braces decides where a cluster has it.
   */
  name(name: string): string {
    return this.#options.prefix + name;
  }

  /** Whether it is one: what is published there may be lost while everything is connected. */
  get isCluster(): boolean {
    return this.#options.urls.length > 1;
  }

  /** Why Redis does not do its work, as far as this instance sees; undefined where it does. */
  get trouble(): string | undefined {
    const failedLately = performance.now() - this.#failedAt < troubled;
    return this.#connection.ready() && this.subscriber.ready && !failedLately ? undefined : this.#reason;
  }

  /** What is wrong with how Redis is set up, as far as it can be asked by now: see requirements.ts. */
  async faults(): Promise<string[]> {
    await this.opened;
    const nodes = this.#connection.nodes().filter(({ isReady }) => isReady);
    const ask = (node: Node) => inTime(faultsOf(node, this.subscriber, this.#options.prefix)).catch(() => []);
    const found = await Promise.all(nodes.map(ask));
    return [...new Set(found.flat())];
  }

  /** Calls back whenever a connection is there, first or again: something may have been missed. */
  onReady(listener: () => void): void {
    this.#onReady.push(listener);
    if (this.#connection.ready()) queueMicrotask(listener);
  }

  /** Sends one command to the server that holds the key. */
  send(key: string, args: Argument[]): Promise<unknown> {
    return this.#call(key, (node) => node.sendCommand(args));
  }

  /** Runs a script on the server that holds its keys, in one round trip. */
  run(script: Script, keys: string[], args: string[]): Promise<unknown> {
    return this.#call(keys[0] ?? '', (node) => evaluate(node, script, keys, args));
  }

  /** The same for a script that writes: answers when as many replicas have it as was asked for. */
  write(script: Script, keys: string[], args: string[]): Promise<unknown> {
    if (this.#options.waitReplicas === 0) return this.run(script, keys, args);
    return this.#call(keys[0] ?? '', async (node) => {
      const { socketEpoch } = node;
      const reply = await evaluate(node, script, keys, args);
      await this.#replicated(node);
      // Redis answers for what came over this connection alone.
      if (node.socketEpoch !== socketEpoch) throw new Error('the connection was lost before replicas answered');
      return reply;
    });
  }

  /** Publishes what may be lost: where Redis does not take it, that is counted and nothing else. */
  publish(channel: string, message: Argument): void {
    this.send(channel, ['PUBLISH', channel, message]).catch(() => {
      this.#unpublished += 1;
    });
  }

  /** How much could not be published. */
  get unpublished(): number {
    return this.#unpublished;
  }

  /** Whose history the server goes on with that holds the key. */
  standing(key: string): Promise<Standing> {
    return this.#call(key, (node) => this.#standingOf(node));
  }

  /** Ends the connections, once what is on its way has been answered. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.subscriber.close();
    await Promise.allSettled(this.#connection.nodes().map((node) => inTime(node.sendCommand(['PING']))));
    this.#connection.close();
  }

  async #call<Result>(key: string, call: (node: Node) => Promise<Result>): Promise<Result> {
    try {
      const node = await inTime(this.#connection.node(key));
      const { socketEpoch } = node;
      try {
        return await inTime(call(node), this.#connection.distance());
      } catch (error) {
        // Writes keep a dead connection from being noticed by its silence.
        if (error instanceof TimeOut && node.isReady && node.socketEpoch === socketEpoch) reconnect(node);
        throw error;
      }
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.#failed(error);
      this.#connection.refresh(key, error);
      throw new Refusal('unavailable', 'the store does not answer', { retry_after_ms: 500 });
    }
  }

  #standingOf(node: Node): Promise<Standing> {
    const known = this.#standings.get(node);
    if (known?.socketEpoch === node.socketEpoch) return known.standing;
    const { socketEpoch } = node;
    const standing = this.#askServer(node);
    this.#standings.set(node, { socketEpoch, standing });
    standing.catch(() => this.#standings.delete(node));
    return standing;
  }

  async #askServer(node: Node): Promise<Standing> {
    // Those that are there at the start have taken over from nobody, as far as this instance is concerned.
    this.#met ??= new Set((await Promise.all(this.#connection.nodes().map(askServer))).map(({ server }) => server));
    const { server, flushes, promoted } = await askServer(node);
    const takesOver = !this.#met.has(server);
    this.#met.add(server);
    return {
      server,
      trusted: flushes && (!promoted || this.#options.waitReplicas > 0),
      settlesAt: takesOver ? monotonic() + settling : 0,
    };
  }

  /** Asks replicas once for all that was written while they were asked before. */
  #replicated(node: Node): Promise<unknown> {
    const waits = this.#waits.get(node) ?? { running: Promise.resolve(), next: undefined };
    this.#waits.set(node, waits);
    const ask = () => {
      waits.next = undefined;
      waits.running = this.#askReplicas(node);
      return waits.running;
    };
    waits.next ??= waits.running.then(ask, ask);
    return waits.next;
  }

  async #askReplicas(node: Node): Promise<void> {
    const { waitReplicas } = this.#options;
    const count = Number(await node.sendCommand(['WAIT', String(waitReplicas), '1000']));
    if (count < waitReplicas) throw new Error(`${count} replicas have what was written, not ${waitReplicas}`);
  }

  #failed(error: Error): void {
    this.#open();
    this.#failedAt = performance.now();
    this.#reason = error.message || error.name;
    this.#report();
  }

  #report(): void {
    const { trouble } = this;
    if ((trouble === undefined) === (this.#told === undefined)) return;
    this.#told = trouble;
    this.#options.onTrouble?.(trouble);
  }
}

/** A long text as bytes: the client would make one string of the command, and another one of that. */
function asArgument(text: string): Argument {
  return text.length < longText ? text : Buffer.from(text);
}

async function evaluate(node: Node, { text, sha }: Script, keys: string[], args: string[]): Promise<unknown> {
  const tail = [String(keys.length), ...keys, ...args.map(asArgument)];
  try {
    return await node.sendCommand(['EVALSHA', sha, ...tail]);
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
    return node.sendCommand(['EVAL', text, ...tail]);
  }
}
