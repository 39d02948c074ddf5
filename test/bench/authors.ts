import type { Load } from './crowd.ts';
import { printTable, show, showPercent, showSpread, spread } from './figures.ts';
import { underLoad } from './load.ts';
import type { Measurement } from './measurement.ts';
import type { Effort, Scenario } from './scenario.ts';
import { crowded } from './target.ts';
import type { TargetName } from './targets.ts';

const target: TargetName = 'tutti';
/** How many write in one room, and how many others look at what arrives. */
const sizes = [100, 350, 400, 800, 1_000, 1_200];
const observers = 10;
/** Edits a second of each author. */
const rate = 2;
/** What Etherpad publishes of as many authors, as p95 in milliseconds. */
const etherpad: Readonly<Record<number, number>> = { 350: 84, 400: 2_015 };

/** What a document bears that many write at once. */
export const authorsScenario: Scenario = {
  name: 'authors',
  about: `authors in one document, each with ${rate} edits a second, until those arrive at ${observers} who look on`,

  async run(effort) {
    const measured = new Map<number, Measurement[]>(
      (effort.smoke ? [20] : sizes).map((authors): [number, Measurement[]] => [authors, []]),
    );
    for (let round = 0; round < effort.repeat; round++)
      for (const [authors, all] of measured) all.push(await measure(authors, effort));
    const rows = [...measured].map(([authors, all]) => row(authors, all));
    printTable([
      ['authors', 'p50', 'p95', 'p99', 'Etherpad’s p95', 'edits/s', 'server', 'CPU of an edit', 'generator'],
      ...rows,
    ]);
    const problems = [...measured].flatMap(([authors, all]) =>
      all.flatMap(({ refusals }) => refusals.map((reason) => `${authors} authors: refused: ${reason}`)),
    );
    const rounds = Array.from({ length: effort.repeat }, (_, round) =>
      Object.fromEntries(
        [...measured].map(([authors, all]) => [`latency_p95_ms_of_${authors}`, all[round]?.latency_p95_ms]),
      ),
    );
    return { figures: Object.fromEntries(measured), rounds: new Map([[target, rounds]]), problems };
  },
};

function measure(authors: number, effort: Effort): Promise<Measurement> {
  const members = authors + observers;
  const load: Load = { rooms: 1, members, does: 'type', active: authors, rate, hearing: observers };
  return underLoad(target, load, effort, { generators: effort.generators, environment: crowded });
}

function row(authors: number, all: Measurement[]): string[] {
  const median = (figure: (measurement: Measurement) => number) => spread(all.map(figure)).median;
  return [
    authors.toLocaleString('en'),
    `${show(median(({ latency_p50_ms }) => latency_p50_ms))} ms`,
    `${showSpread(spread(all.map(({ latency_p95_ms }) => latency_p95_ms)))} ms`,
    `${show(median(({ latency_p99_ms }) => latency_p99_ms))} ms`,
    etherpad[authors] === undefined ? '' : `${etherpad[authors]} ms`,
    show(median(({ sent_per_second }) => sent_per_second)),
    showPercent(median(({ server_load }) => server_load)),
    `${show(median(({ cpu_us }) => cpu_us) * observers)} µs`,
    showPercent(median(({ generator_load }) => generator_load)),
  ];
}
