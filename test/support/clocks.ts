import { resolve } from 'node:path';
import { cleanup } from './cleanup.ts';
import { type ServerProcess, startServer } from './process.ts';
import { until } from './until.ts';

const preload = resolve('test/support/settableClock.mjs');
export const hour = 60 * 60 * 1000;

/** A server whose clock a test sets. */
export interface Clocked extends ServerProcess {
  /** Sets its clock by `step`. */
  setClock(): Promise<void>;
  /** One of its metrics. */
  metric(name: string): Promise<number>;
}

/** Starts one: its clock is `ahead` of this machine's, and setClock() sets it by `step` milliseconds each time. */
export async function startClocked(env: NodeJS.ProcessEnv, { ahead = 0, step = 0 } = {}): Promise<Clocked> {
  const server = await startServer(
    { ...env, METRICS_TOKEN: 'look', CLOCK_AHEAD_MS: String(ahead), CLOCK_STEP_MS: String(step) },
    [],
    ['--import', preload],
  );
  cleanup(() => server.kill());
  return {
    ...server,
    async setClock() {
      const before = server.output().length;
      process.kill(server.pid, 'SIGUSR2');
      await until(() => server.output().slice(before).includes('the clock was set'));
    },
    async metric(name) {
      const text = await (await fetch(`${server.url}/metrics`, { headers: { authorization: 'Bearer look' } })).text();
      return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
    },
  };
}
