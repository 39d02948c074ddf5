import type { Pair } from '../comparison.ts';
import { busy, compareLoad, small } from '../load.ts';
import type { Scenario } from '../scenario.ts';
import { measureCostly } from './costly.ts';
import { compareRest } from './rest.ts';

const pairs: Pair[] = [
  ['tutti, Yjs', 'hocuspocus'],
  ['tutti, Yjs', 'y-websocket'],
];
const parts = {
  'the busy room': { ...busy, kind: 'note' },
  'small rooms': { ...small, kind: 'note' },
} as const;

/** Rooms of Yjs beside other servers of it, which store nothing. */
export const yjsScenario: Scenario = {
  name: 'yjs',
  about: 'rooms of Yjs as in busy-10 and in small, and documents at rest, beside Hocuspocus and y-websocket in memory',

  async run(effort) {
    const figures: Record<string, unknown> = {};
    const problems: string[] = [];
    for (const [part, load] of Object.entries(parts)) {
      console.log(`  ${part}:`);
      const report = await compareLoad(load, pairs, effort);
      figures[part] = report.figures;
      problems.push(...report.problems);
    }
    console.log('  documents at rest:');
    figures['documents at rest'] = await compareRest(pairs, effort);
    console.log('  costly updates:');
    const costly = await measureCostly(effort);
    figures['costly updates'] = costly.figures;
    problems.push(...costly.problems);
    return { figures, problems };
  },
};
