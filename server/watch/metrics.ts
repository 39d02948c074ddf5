import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ServerEventName, ServerPayload } from '../../shared/events.ts';
import { type ErrorCode, refusalCodes } from '../../shared/refusals.ts';

/** What was given up so that the rest could go on. */
const drops = ['cursor over the limit', 'slow reader', 'no answer', 'no descriptor', 'log line', 'audit line'] as const;
export type Drop = (typeof drops)[number];

/** What an application may be asked and told. */
const hookNames = ['authenticate', 'loadDocument', 'storeDocument', 'onChange', 'onJoin', 'onLeave'] as const;
export type HookName = (typeof hookNames)[number];

/** How finely the event loop's delay is looked at, in milliseconds: each look wakes the process. */
const delayResolution = 100;

/** What is looked at when somebody asks for the metrics, and costs nothing before. */
export interface Measured {
  connections(): number;
  /** Who is connected, each user once. */
  users(): number;
  /** Connections that have not said yet who they are. */
  arriving(): number;
  /** Rooms in memory, but for inboxes. */
  rooms(): number;
  /** Operations that wait for their log. */
  queued(): number;
  /** Bytes that wait for slow readers. */
  waitingBytes(): number;
  /** Why the store does not do its work; undefined where it does. */
  trouble(): string | undefined;
  /** How far this machine's clock is ahead of the time that the server tells, in milliseconds. */
  skew(): number;
  /** Rooms with changes that the application has not stored. */
  unstored(): number;
  /** How much could not be told to other instances. */
  unpublished(): number;
  /** What waits for WEBHOOK_URL, as far as this instance delivers. */
  webhooks(): { events: number; bytes: number };
}

export type Metrics = ReturnType<typeof createMetrics>;

/** What operators see: docs/OPERATING.md says what to watch. What is counted on hot paths is counted without labels. */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  const operations = new Counter({
    name: 'tutti_operations_total',
    help: 'Operations that clients had committed',
    registers,
  });
  const refusals = new Counter({
    name: 'tutti_refusals_total',
    help: 'Refusals, of events, handshakes and requests',
    labelNames: ['error_code'],
    registers,
  });
  const deliveries = new Counter({
    name: 'tutti_deliveries_total',
    help: 'Messages of rooms, once for each connection that they went to',
    registers,
  });
  const dropped = new Counter({
    name: 'tutti_drops_total',
    help: 'What was given up so that the rest could go on',
    labelNames: ['what'],
    registers,
  });
  const frames = new Histogram({
    name: 'tutti_frame_operations',
    help: 'Operations in one collaboration_update',
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 512],
    registers,
  });
  const appends = new Histogram({
    name: 'tutti_append_seconds',
    help: 'How long the log took to take a batch',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers,
  });
  const overtaken = new Counter({
    name: 'tutti_overtaken_appends_total',
    help: 'Batches that were tried again because another instance had written to the room first',
    registers,
  });
  const incomplete = new Counter({
    name: 'tutti_incomplete_rooms_total',
    help: 'Rooms of which the store was found to have lost a part',
    registers,
  });
  const depth = new Histogram({
    name: 'tutti_transform_depth',
    help: 'Entries that an operation was transformed over',
    buckets: [0, 1, 2, 5, 10, 50, 200, 1000, 5000],
    registers,
  });
  const damage = new Counter({
    name: 'tutti_damage_total',
    help: 'How often something was read of a log that is not what was written there',
    registers,
  });
  const hooks = new Counter({
    name: 'tutti_hook_failures_total',
    help: 'What hooks of the application have thrown, or not done in time',
    labelNames: ['hook'],
    registers,
  });
  const webhookEvents = new Counter({
    name: 'tutti_webhook_events_total',
    help: 'Events that WEBHOOK_URL has taken, and those that were given up',
    labelNames: ['outcome'],
    registers,
  });
  const webhookFailures = new Counter({
    name: 'tutti_webhook_failures_total',
    help: 'Tries to deliver events that failed',
    registers,
  });
  const delay = monitorEventLoopDelay({ resolution: delayResolution });
  delay.enable();

  // What rates are made of begins at 0: the first of a kind would not be seen otherwise.
  for (const error_code of Object.keys(refusalCodes)) refusals.inc({ error_code }, 0);
  for (const what of drops) dropped.inc({ what }, 0);
  for (const hook of hookNames) hooks.inc({ hook }, 0);
  for (const outcome of ['delivered', 'given up']) webhookEvents.inc({ outcome }, 0);

  /** A counter of what is counted elsewhere. */
  function counter(name: string, help: string, read: () => number): void {
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  }
  function gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  }
  gauge('tutti_event_loop_delay_seconds', 'The longest time since the last look in which nothing was done', () => {
    const longest = Math.max(0, delay.max / 1e9 - delayResolution / 1000);
    delay.reset();
    return longest;
  });
  gauge('process_resident_memory_bytes', 'Memory of the process', () => process.memoryUsage.rss());
  gauge('process_heap_bytes', 'Memory of its objects', () => process.memoryUsage().heapUsed);
  counter('process_cpu_seconds_total', 'CPU time of the process', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });

  return {
    registry,
    refused: (error_code: ErrorCode) => refusals.inc({ error_code }),
    damaged: () => damage.inc(),
    hookFailed: (hook: HookName) => hooks.inc({ hook }),
    dropped: (what: Drop) => dropped.inc({ what }),
    appended(milliseconds: number, committed: boolean): void {
      appends.observe(milliseconds / 1000);
      if (!committed) overtaken.inc();
    },
    sent(payload: ServerPayload<ServerEventName>, connections: number): void {
      deliveries.inc(connections);
      if ('operations' in payload) frames.observe(payload.operations?.length ?? 0);
    },
    incomplete: () => incomplete.inc(),
    webhooks: {
      delivered: (events: number) => webhookEvents.inc({ outcome: 'delivered' }, events),
      givenUp: (events: number) => webhookEvents.inc({ outcome: 'given up' }, events),
      failed: () => webhookFailures.inc(),
    },
    committed(transformedOver: number): void {
      operations.inc();
      depth.observe(transformedOver);
    },
    /** Adds what is looked at when somebody asks. */
    watch({ trouble, ...read }: Measured): void {
      gauge('tutti_connections', 'Connections', read.connections);
      gauge('tutti_users', 'Users who are connected', read.users);
      gauge('tutti_arriving', 'Connections that have not said yet who they are', read.arriving);
      gauge('tutti_rooms', 'Rooms in memory, but for inboxes', read.rooms);
      gauge('tutti_store_up', '1 while the store does its work', () => (trouble() === undefined ? 1 : 0));
      counter(
        'tutti_unpublished_total',
        'What could not be told to other instances, because Redis was gone',
        read.unpublished,
      );
      gauge(
        'tutti_clock_skew_seconds',
        'This machine’s clock minus the time that the server tells: that of Redis, or its own before it was set',
        () => read.skew() / 1000,
      );
      gauge('tutti_queued_operations', 'Operations that wait for their log', read.queued);
      gauge('tutti_unstored_rooms', 'Rooms with changes that storeDocument has not stored', read.unstored);
      gauge('tutti_waiting_bytes', 'Bytes that wait for slow readers', read.waitingBytes);
      gauge('tutti_webhook_waiting_events', 'Events that wait for WEBHOOK_URL', () => read.webhooks().events);
      gauge('tutti_webhook_waiting_bytes', 'Bytes of events that wait for WEBHOOK_URL', () => read.webhooks().bytes);
    },
    close: () => delay.disable(),
  };
}
