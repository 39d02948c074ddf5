/** Percentiles of a metric, as Artillery has them. */
interface Summary {
  min: number;
  p50: number;
  p75: number;
  p90: number;
  p95: number;
  p99: number;
  max: number;
}

/** What Artillery counted, altogether or within ten seconds. */
interface Period {
  period?: number | string;
  counters: Record<string, number>;
  summaries: Record<string, Summary>;
}

export interface Outcome {
  scenario: string;
  /** Whether all thresholds were met. */
  passed: boolean;
  aggregate: Period;
  intermediate: Period[];
}

const percentiles = ['min', 'p50', 'p75', 'p90', 'p95', 'p99', 'max'] as const;
const drawn = { p50: '#2a78d6', p95: '#eda100', p99: '#e34948' } as const;
const plot = { width: 420, height: 160, left: 48, bottom: 22, top: 10, right: 8 };

/** A page for people who would rather look. It needs nothing but itself. */
export function report(outcomes: Outcome[]): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Tutti under load</title>
<style>
  :root { color-scheme: light dark; --ink: light-dark(#222, #ddd); --faint: light-dark(#ddd, #444); }
  body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); max-width: 58rem; margin: 2rem auto; padding: 0 1rem; }
  table { border-collapse: collapse; margin: 0.5rem 0; }
  th, td { padding: 0.15rem 0.7rem; text-align: right; border-bottom: 1px solid var(--faint); font-variant-numeric: tabular-nums; }
  th:first-child, td:first-child { text-align: left; }
  figure { display: inline-block; margin: 0.5rem 1rem 0.5rem 0; }
  svg text { font-size: 11px; fill: var(--ink); }
  .passed { color: #008300; } .failed { color: #e34948; }
</style>
<h1>Tutti under load</h1>
<p>Times are in milliseconds. In the plots: ${Object.entries(drawn)
    .map(([name, color]) => `<b style="color: ${color}">${name}</b>`)
    .join(', ')} of each ten seconds.</p>
${outcomes.map(section).join('\n')}
</html>
`;
}

function section({ scenario, passed, aggregate, intermediate }: Outcome): string {
  const { counters, summaries } = aggregate;
  const names = Object.keys(summaries).filter((name) => name.startsWith('tutti.'));
  const { 'tutti.expected': expected = 0, 'tutti.received': received = 0 } = counters;
  const people = counters['vusers.created'] ?? 0;
  const lines = [
    `${people} people, ${counters['vusers.failed'] ?? 0} of whom failed`,
    `reach ${((100 * received) / expected).toFixed(2)} % (${received} of ${expected})`,
    ...('tutti.converged' in counters
      ? [`${counters['tutti.converged']} of ${people} ended with what the room holds`]
      : []),
  ];
  const periods = intermediate.toSorted((one, other) => Number(one.period) - Number(other.period));
  return `<h2>${scenario} <span class="${passed ? 'passed">passed' : 'failed">failed'}</span></h2>
<p>${lines.join(' · ')}</p>
<table>
<tr><th>${['', ...percentiles].join('<th>')}
${names.map((name) => `<tr><td>${[label(name), ...percentiles.map((at) => show(summaries[name]?.[at]))].join('<td>')}`).join('\n')}
</table>
${names.map((name) => figure(name, periods)).join('\n')}`;
}

/** The percentiles of a metric over time. */
function figure(name: string, periods: Period[]): string {
  const summaries = periods.map(({ summaries }) => summaries[name]);
  const highest = Math.max(...summaries.map((summary) => summary?.p99 ?? 0)) || 1;
  const { width, height, left, bottom, top, right } = plot;
  const x = (index: number) => left + ((width - left - right) * (index + 0.5)) / periods.length;
  const y = (value: number) => height - bottom - ((height - bottom - top) * value) / highest;
  const line = ([at, color]: [keyof typeof drawn, string]) => {
    const points = summaries.flatMap((summary, index) => (summary ? [`${x(index)},${y(summary[at])}`] : []));
    const dots = points.map((point) => `<circle cx="${point.replace(',', '" cy="')}" r="3" fill="${color}"/>`);
    return `<polyline points="${points.join(' ')}" fill="none" stroke="${color}" stroke-width="2"/>${dots.join('')}`;
  };
  const level = (value: number) =>
    `<line x1="${left}" x2="${width - right}" y1="${y(value)}" y2="${y(value)}" stroke="var(--faint)"/>` +
    `<text x="${left - 6}" y="${y(value) + 4}" text-anchor="end">${show(value)}</text>`;
  return `<figure><figcaption>${label(name)}</figcaption>
<svg width="${width}" height="${height}" role="img" aria-label="${label(name)} over time">
${[0, highest / 2, highest].map(level).join('')}
${(Object.entries(drawn) as [keyof typeof drawn, string][]).map(line).join('\n')}
${summaries.map((_, index) => `<text x="${x(index)}" y="${height - 6}" text-anchor="middle">${10 * (index + 1)} s</text>`).join('')}
</svg></figure>`;
}

function label(name: string): string {
  return name.replace('tutti.', '').replaceAll('_', ' ');
}

function show(milliseconds = 0): string {
  return milliseconds.toFixed(milliseconds < 10 ? 1 : 0);
}
