import type { Log } from '../../server/logs/log.ts';
import { percentile, printTable, show, spread } from './figures.ts';
import { keystroke } from './keystroke.ts';
import type { Scenario } from './scenario.ts';
import { withStores } from './stores.ts';

/** How many rooms are written to at once. */
const rooms = 64;

interface Appends {
  /** Milliseconds of an append while there is no other. */
  p50_ms: number;
  p99_ms: number;
  /** While all rooms have one under way. */
  per_second: number;
}

/** How long it takes until an operation is on disk, by store. */
export const appendScenario: Scenario = {
  name: 'append',
  about: `appends of one operation, by store: one at a time, and in ${rooms} rooms at once`,

  async run({ seconds, repeat }) {
    const measured = await withStores(repeat, (log) => measure(log, seconds));
    const rows = measured.map(([name, all]) => {
      const median = (figure: keyof Appends) => show(spread(all.map((appends) => appends[figure])).median);
      return [name, `${median('p50_ms')} ms`, `${median('p99_ms')} ms`, `${median('per_second')}/s`];
    });
    printTable([['', 'p50', 'p99', `${rooms} rooms`], ...rows]);
    return { figures: Object.fromEntries(measured), problems: [] };
  },
};

async function measure(log: Log, seconds: number): Promise<Appends> {
  await write(log, 'warm', seconds / 6);
  const times = await write(log, 'alone', seconds / 2);
  const began = performance.now();
  const written = await Promise.all(Array.from({ length: rooms }, (_, room) => write(log, `${room}`, seconds / 2)));
  const count = written.reduce((sum, { length }) => sum + length, 0);
  return {
    p50_ms: percentile(times, 50),
    p99_ms: percentile(times, 99),
    per_second: (count / (performance.now() - began)) * 1000,
  };
}

/** Appends one operation after the other. Returns how many milliseconds each took. */
async function write(log: Log, room: string, seconds: number): Promise<number[]> {
  const times: number[] = [];
  let epoch = '';
  for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
    const after = times.length;
    const entry = {
      operation: keystroke(after),
      client_id: 'ada',
      sequence: after + 1,
      user_id: 'ada',
      timestamp: Date.now(),
    };
    const began = performance.now();
    const appended = await log.append(room, { epoch, after, entries: [entry] });
    times.push(performance.now() - began);
    if (!appended.committed) throw new Error(`${room} is at ${appended.revision}`);
    epoch = appended.epoch;
  }
  return times;
}
