import type { RedisServer } from '../../support/redis.ts';

/** Where a server keeps its rooms: in a folder of its own, or two servers in a Redis. */
export const stores = ['embedded', 'redis'] as const;
export type Store = (typeof stores)[number];

/** What is prepared for a fault before its servers start. */
export interface Ground {
  /** Where the rooms are kept, if not in a folder of the system's disk. */
  folder?: string;
  /** More of Redis's configuration. */
  redis?: string[];
  /** What a server gets into its environment, and what is put before its command. */
  server?(index: number, redis?: RedisServer): { env?: NodeJS.ProcessEnv; runner?: string[] };
}

/** The same, or why it is not to be had here. */
export type Prepared = Ground | { missing: string };
