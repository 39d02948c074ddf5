import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../../support/until.ts';
import { comingBack, type Fault } from './fault.ts';

const hour = 60 * 60 * 1_000;
const preload = resolve('test/support/settableClock.mjs');

/** The clock of a server is set while people write, and again by as much before it is started anew. */
export const clocks: Fault[] = [clock('clock-forward', hour), clock('clock-back', -hour)];

function clock(name: string, step: number): Fault {
  let ahead = 0;
  return {
    name,
    stores: ['embedded', 'redis'],
    bound: comingBack,
    async ground() {
      ahead = 0;
      const settable = { NODE_OPTIONS: `--import ${preload}`, CLOCK_STEP_MS: String(step) };
      // Of two, the first one alone.
      return { server: (index) => (index === 0 ? { env: { ...settable, CLOCK_AHEAD_MS: String(ahead) } } : {}) };
    },
    async strike(site, crowd, seconds) {
      const server = site.server(0);
      process.kill(server.pid, 'SIGUSR2');
      await until(() => server.output().includes('the clock was set'));
      await pause(seconds * 1_000);
      await crowd.goesOn();
      ahead = 2 * step;
      await site.kill([0]);
      await site.start();
    },
  };
}
