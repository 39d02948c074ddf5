import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '../../support/process.ts';
import type { Crowd } from './crowd.ts';
import { done } from './damage.ts';
import { comingBack, type Fault } from './fault.ts';
import type { Site } from './site.ts';

/** A backup is put back of which everybody is ahead: what they have of it is another history, and is brought back once. */
export const backups: Fault[] = [
  {
    name: 'backup-restored',
    stores: ['embedded'],
    bound: comingBack,
    async strike(site, crowd) {
      const backup = join(temporaryDirectory(), 'backup');
      await done('backup', '-d', site.folder, backup);
      await beAhead(site, crowd);
      await done('restore', '--force', '-d', site.folder, backup);
      await site.start();
    },
  },
  {
    name: 'copy-put-back',
    stores: ['embedded'],
    bound: comingBack,
    async strike(site, crowd) {
      const copy = join(temporaryDirectory(), 'copy');
      await site.stop();
      cpSync(site.folder, copy, { recursive: true });
      await site.start();
      await beAhead(site, crowd);
      rmSync(site.folder, { recursive: true });
      cpSync(copy, site.folder, { recursive: true });
      await site.start();
    },
  },
  ofRedis('aof-put-back', []),
  ofRedis('rdb-put-back', ['--appendonly', 'no']),
];

function ofRedis(name: string, redis: string[]): Fault {
  return {
    name,
    stores: ['redis'],
    bound: comingBack,
    ground: async () => ({ redis }),
    async strike(site, crowd) {
      // Of a running Redis: what ends in the middle of a command ends before it.
      if (redis.length > 0) assert.equal(site.redis.command('save'), 'OK');
      const backup = site.redis.backUp();
      await beAhead(site, crowd);
      await site.redis.kill();
      site.redis.restore(backup);
      await site.redis.start();
      await site.start();
    },
  };
}

/** Everybody writes what the backup does not have, and somebody goes who has; then no server has it in memory. */
async function beAhead(site: Site, crowd: Crowd): Promise<void> {
  await crowd.goesOn();
  await crowd.visit();
  await crowd.goesOn();
  await site.stop();
}
