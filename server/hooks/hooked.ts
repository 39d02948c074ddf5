import type { Logger } from 'pino';
import type { OperationLimits } from '../../shared/documents/type.ts';
import type { Config } from '../config.ts';
import type { Document } from '../documents/document.ts';
import type { Kinds } from '../kinds/kinds.ts';
import type { LoadedRoom, Log } from '../logs/log.ts';
import type { HookName, Metrics } from '../watch/metrics.ts';
import type { RoomHooks, StoringTimes } from './hooks.ts';
import { Notices } from './notices.ts';
import { createObserver } from './observing.ts';
import { createSeeding } from './seeding.ts';
import { Slots } from './slots.ts';
import { Storing, type StoringOptions } from './storing.ts';

/** How many calls may be under way: of storeDocument, and of the hooks that are told something. */
const atOnce = { storing: 16, telling: 64 };

export interface HookedOptions {
  hooks: RoomHooks & StoringTimes;
  kinds: Kinds;
  config: Config;
  operationLimits: OperationLimits;
  log: Log;
  /** Milliseconds since the epoch. */
  now(): number;
  leases: StoringOptions['leases'];
  /** A room that is in memory. */
  find(key: string): Document | undefined;
  metrics: Metrics;
  logger: Logger;
}

/** Calls an application's hooks about rooms: what loads them, who watches them, and how that ends. */
export function createHooked({
  hooks,
  kinds,
  config,
  operationLimits,
  log,
  now,
  leases,
  find,
  metrics,
  logger,
}: HookedOptions) {
  const failed = (hook: HookName) => (error: unknown) => {
    metrics.hookFailed(hook);
    logger.warn({ err: error, hook }, 'a hook failed');
  };
  const { loadDocument, storeDocument, storeAfterMs, storeEveryMs, storeOnCloseMs } = hooks;
  const storing =
    storeDocument &&
    new Storing({
      hook: (document) => storeDocument.call(hooks, document),
      storeAfterMs,
      storeEveryMs,
      storeOnCloseMs,
      log,
      kinds,
      slots: new Slots(atOnce.storing),
      find,
      leases,
      onFailed: failed('storeDocument'),
    });
  const load: ((key: string) => Promise<LoadedRoom>) | undefined =
    loadDocument &&
    createSeeding({
      log,
      kinds,
      now,
      hook: (room) => loadDocument.call(hooks, room),
      max_document_bytes: config.maxDocumentBytes,
      operationLimits,
      onSeeded: async (key, loaded) => storing?.seeded(key, loaded).catch(failed('storeDocument')),
      onFailed: failed('loadDocument'),
    });
  const notices = new Notices(new Slots(atOnce.telling), (hook, error) => failed(hook)(error));
  const onError = (error: unknown) => logger.warn({ err: error }, 'nobody can say up to where a room is stored');
  return {
    load,
    observer: createObserver({ hooks, kinds, storing, notices, onError }),
    /** How many rooms have changes that are not stored. */
    get unstored(): number {
      return storing?.size ?? 0;
    },
    /** Why rooms are not stored; undefined where none has failed. */
    get trouble(): string | undefined {
      return storing?.trouble;
    },
    /** From now on looks for what was not stored. */
    watch: () => storing?.watch(),
    /** Another instance is gone: what it has not stored is stored here. */
    sweep: () => storing?.sweep().catch(onError),
    /** Stores and tells what is left, within a time. Only when nothing more is written. */
    async close(): Promise<void> {
      await Promise.all([storing?.close(), notices.close()]);
    },
  };
}
