import { setTimeout as pause } from 'node:timers/promises';
import { comingBack, type Fault } from './fault.ts';

/** Processes die, or stand still. */
export const processes: Fault[] = [
  {
    name: 'server-killed',
    stores: ['embedded', 'redis'],
    bound: comingBack,
    async strike(site, _crowd, seconds) {
      await pause(500);
      await site.kill();
      await pause(seconds * 1_000);
      await site.start();
    },
  },
  {
    name: 'server-frozen',
    stores: ['embedded', 'redis'],
    bound: 15,
    async strike(site, crowd, seconds) {
      const { pid } = site.server(0);
      process.kill(pid, 'SIGSTOP');
      await crowd.heldUp();
      await pause(seconds * 1_000);
      process.kill(pid, 'SIGCONT');
    },
  },
  {
    name: 'redis-killed',
    stores: ['redis'],
    bound: 15,
    async strike({ redis }, crowd, seconds) {
      await redis.kill();
      await crowd.heldUp();
      await pause(seconds * 1_000);
      await redis.start();
    },
  },
  {
    name: 'redis-frozen',
    stores: ['redis'],
    bound: 15,
    async strike({ redis }, crowd, seconds) {
      redis.freeze();
      await crowd.heldUp();
      await pause(seconds * 1_000);
      redis.thaw();
    },
  },
  {
    name: 'redis-out-of-memory',
    stores: ['redis'],
    bound: 15,
    async strike({ redis }, crowd, seconds) {
      redis.command('config', 'set', 'maxmemory', '1mb');
      await crowd.heldUp();
      await pause(seconds * 1_000);
      redis.command('config', 'set', 'maxmemory', '0');
    },
  },
];
