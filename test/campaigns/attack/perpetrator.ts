/**
 * Makes one attack, in a process of its own. Takes a PerpetratorJob as JSON in its argument; told for how many seconds, it
 * answers with what it took.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Attacker } from './attacker.ts';
import { attacks } from './attacks.ts';
import type { Meter } from './connection.ts';

export interface PerpetratorJob {
  attack: string;
  url: string;
}

export interface Cost extends Meter {
  /** How long it prepared, and went on. */
  preparing: number;
  seconds: number;
  /** Why it could not be made. */
  error?: string;
}

/** What is on its way when the time is over may end, for so many milliseconds. */
const grace = 1_000;

const job: PerpetratorJob = JSON.parse(process.argv[2] ?? '');
process.on('disconnect', () => process.exit());
process.once('message', async (seconds: number) => {
  process.send?.(await attack(job, seconds));
  process.disconnect?.();
});
process.send?.('ready');

async function attack({ attack: name, url }: PerpetratorJob, seconds: number): Promise<Cost> {
  const made = attacks.find((one) => one.name === name);
  if (!made) throw new Error(`there is no attack ${name}`);
  const attacker = new Attacker(url);
  const began = performance.now();
  let prepared = began;
  let error: string | undefined;
  try {
    await made.prepare?.(attacker);
    prepared = performance.now();
    const signal = AbortSignal.timeout(seconds * 1_000);
    await Promise.race([made.run(attacker, signal), pause(seconds * 1_000 + grace)]);
  } catch (thrown) {
    error = (thrown as Error).message;
  }
  const ended = performance.now();
  attacker.end();
  return {
    ...attacker.meter,
    preparing: (prepared - began) / 1_000,
    seconds: (ended - prepared) / 1_000,
    ...(error !== undefined && { error }),
  };
}
