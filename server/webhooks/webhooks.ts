import type { Logger } from 'pino';
import type { HeadersOf } from '../access/signature.ts';
import { type Config, type WebhookEventType, webhookEvents } from '../config.ts';
import type { Connections } from '../connections/connections.ts';
import type { Duty } from '../instances/duty.ts';
import type { Kinds } from '../kinds/kinds.ts';
import type { Log, News } from '../logs/log.ts';
import type { PublishedEntry } from '../publishing/publish.ts';
import type { Rooms } from '../rooms/rooms.ts';
import { Deliveries } from './deliveries.ts';
import { idOf } from './events.ts';
import { FollowedRooms } from './followedRooms.ts';
import { FollowedUsers } from './followedUsers.ts';
import { createPost } from './post.ts';
import { queuePrefix, readQueueKey } from './queue.ts';
import { type GivenUp, type OpenQueue, Queues } from './queues.ts';

/** How often it is looked for what nobody has told of, in milliseconds. */
const lookEvery = 30_000;
/** How soon again where that failed. */
const lookAgainAfter = 3_000;
/** How long after a start those who were there before may take to come back, in milliseconds. */
const settling = 10_000;
/** How many queues are listed at once. */
const page = 500;

/** What the metrics are told. */
export interface WebhookMetrics {
  delivered(events: number): void;
  failed(): void;
  givenUp(events: number): void;
}

export interface WebhooksOptions {
  config: Config;
  url: string;
  headersOf: HeadersOf;
  log: Log;
  rooms: Rooms;
  kinds: Kinds;
  connections: Connections;
  duty: Duty;
  metrics: WebhookMetrics;
  logger: Logger;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Tells the instance that delivers, whichever it is, that something waits in a queue. */
  tellQueued(key: string): void;
}

/** Tells an application's service what happens: notices it on this instance, keeps it in the log, and delivers it. */
export class Webhooks {
  readonly #options: WebhooksOptions;
  readonly #queues: Queues;
  readonly #deliveries: Deliveries;
  readonly #rooms: FollowedRooms | undefined;
  readonly #users: FollowedUsers | undefined;
  readonly #published: boolean;
  readonly #timers: NodeJS.Timeout[];
  #again: NodeJS.Timeout | undefined;
  /** The queues in which there was nothing to be done, and where they stood then. */
  readonly #idle = new Map<string, number>();
  #looking: Promise<void> = Promise.resolve();
  /** Who was there before this instance was has had time to come back. */
  #settled = false;
  #closed = false;

  constructor(options: WebhooksOptions) {
    const { config, url, headersOf, log, rooms, kinds, connections, duty, metrics, logger, now, tellQueued } = options;
    this.#options = options;
    const wanted = new Set<WebhookEventType>(config.webhookEvents ?? webhookEvents);
    const onError = (error: unknown) => logger.error({ err: error }, 'webhooks have trouble');
    const onGivenUp = (key: string, events: number, reason: GivenUp) => {
      metrics.givenUp(events);
      logger.error({ ...readQueueKey(key), events, reason }, 'webhook events were given up');
    };
    this.#queues = new Queues({ log, wanted, onQueued: tellQueued, onGivenUp, onError });
    this.#deliveries = new Deliveries({
      queues: this.#queues,
      duty,
      post: createPost(url, headersOf),
      retryFor: config.webhookRetryMs,
      now,
      onDelivered: metrics.delivered,
      onTried(key, tries, error) {
        if (tries > 0) metrics.failed();
        if (tries === 1)
          logger.warn({ ...readQueueKey(key), err: error }, 'webhook events are not delivered, and tried again');
        if (tries === 0) logger.info(readQueueKey(key), 'webhook events are delivered again');
      },
      onGivenUp,
      onError,
    });
    const wants = (...types: WebhookEventType[]) => types.some((type) => wanted.has(type));
    this.#published = wants('entry.published');
    if (wants('room.occupied', 'room.vacated', 'document.stored')) {
      this.#rooms = new FollowedRooms({ queues: this.#queues, rooms, kinds, log, now });
    }
    if (wants('user.online', 'user.offline'))
      this.#users = new FollowedUsers({ queues: this.#queues, connections, now });
    const settle = () => {
      this.#settled = true;
      this.#look();
    };
    this.#timers = [setTimeout(settle, settling), setInterval(() => this.#look(), lookEvery)];
    duty.onTaken(() => this.#look());
  }

  /** How much waits, as far as this instance delivers. */
  get waiting(): { events: number; bytes: number } {
    return this.#deliveries.waiting;
  }

  /** See Observer. */
  occupied(key: string, head: { epoch: string; revision: number }, isOccupied: boolean): void {
    this.#rooms?.occupied(key, isOccupied, head);
  }

  /** Something was written here. */
  committed(key: string, { epoch, revision, entries }: News): void {
    this.#rooms?.committed(key, { epoch, revision }, { epoch, revision: revision + entries.length });
  }

  /** Resolves when it is sure to be told. */
  async published({ org_id, room_id, epoch, revision, ...data }: PublishedEntry): Promise<void> {
    if (!this.#published) return;
    const id = idOf(org_id, room_id, epoch, revision);
    const entry = { ...data, epoch, revision };
    this.#queues.add(org_id, 'rooms', {
      type: 'entry.published',
      id,
      timestamp: this.#options.now(),
      room_id,
      data: entry,
    });
    await this.#queues.settled(org_id, 'rooms');
  }

  came(userKey: string): void {
    this.#users?.came(userKey);
  }

  left(userKey: string): void {
    this.#users?.left(userKey);
  }

  /** Some instance has something that waits. */
  queued(key: string): void {
    this.#deliveries.look(key);
  }

  /** An instance may have gone without a word, or have missed what another did. */
  lookAtAll(): void {
    this.#look();
  }

  /** Nothing is lost that was noticed: it is in the log, unless that does not take it any more. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of [...this.#timers, this.#again]) clearTimeout(timer);
    this.#rooms?.close();
    this.#users?.close();
    await this.#looking;
    await this.#queues.settledAll();
    await this.#deliveries.close();
    this.#queues.close();
    this.#options.duty.close();
  }

  /** One look follows the other. */
  #look(): void {
    this.#looking = this.#looking
      .then(() => this.#lookAtQueues())
      .catch((error) => {
        this.#options.logger.error({ err: error }, 'webhooks have trouble');
        clearTimeout(this.#again);
        if (!this.#closed) this.#again = setTimeout(() => this.#look(), lookAgainAfter);
      });
  }

  /** Has delivered what waits, and, once who was there before had time to come back, compares what was told with what is. */
  async #lookAtQueues(): Promise<void> {
    if (this.#settled) await this.#lookAtOwn();
    if (!this.#options.duty.held) return;
    for (let after = ''; !this.#closed; ) {
      const stored = await this.#options.log.list({ prefix: queuePrefix, after, limit: page });
      for (const { room: key, revision } of stored) {
        if (this.#closed) return;
        if (this.#idle.get(key) !== revision) await this.#lookAtQueue(key);
      }
      const last = stored.at(-1);
      if (!last || stored.length < page) return;
      after = last.room;
    }
  }

  async #lookAtOwn(): Promise<void> {
    if (this.#closed) return;
    await this.#rooms?.lookAtOwn();
    await this.#users?.lookAtOwn();
  }

  async #lookAtQueue(key: string): Promise<void> {
    const { org_id, name } = readQueueKey(key) ?? {};
    if (org_id === undefined) return;
    const ledger = await this.#queues.of(key);
    this.#deliveries.look(key);
    if (isIdle(ledger)) this.#idle.set(key, ledger.revision);
    else if (this.#settled) await (name === 'rooms' ? this.#rooms : this.#users)?.lookAt(org_id);
  }
}

function isIdle({ state: { events, rooms, online } }: OpenQueue): boolean {
  return events === 0 && Object.keys(rooms).length === 0 && Object.keys(online).length === 0;
}
