import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { call } from '../support/http.ts';
import { startServer } from '../support/server.ts';

interface Rule {
  alert: string;
  expr: string;
  for?: string;
  labels: { severity: string };
  annotations: { summary: string; description: string };
}

/** The words of PromQL that the rules use; all others name metrics. */
const words = ['and', 'ignoring', 'abs', 'histogram_quantile', 'increase', 'max_over_time', 'rate'];

const operating = readFileSync('docs/OPERATING.md', 'utf8');
const { groups } = load(readFileSync('deploy/alerts.yaml', 'utf8')) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);

/** The rows of the table of alerts: what is wrong, the expression, for how long, what to do. */
const rows = section('Alerts')
  .split('\n')
  .filter((line) => /^\| [^-]/.test(line) && !line.startsWith('| When'))
  .map((line) => /^\| (.+) \| `(.+)`(?:, (\d+) (s|min))? \| (.+) \|$/.exec(line) ?? assert.fail(line))
  .map(([, summary, expr, time, unit, description = '']) => ({
    ...{ summary, expr, description: description.replaceAll('`', '') },
    for: time && `${time}${unit === 's' ? 's' : 'm'}`,
  }));

/** What docs/OPERATING.md has under a heading. */
function section(heading: string): string {
  return operating.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? assert.fail(heading);
}

/** The series that a query selects: the name of each metric, and what its labels have to be. */
function selectors(expr: string): { name: string; matchers: [label: string, isPattern: boolean, value: string][] }[] {
  const found = [...expr.matchAll(/([a-z_]+)(\{[^}]*\})?(?![a-z_]|\s*")/g)];
  const outside = found.filter(({ index }) => !isWithin(expr, index));
  return outside.flatMap(([, name = '', braces = '']) => {
    if (words.includes(name)) return [];
    const matchers = [...braces.matchAll(/([a-z_]+)(=~?)"([^"]*)"/g)];
    return { name, matchers: matchers.map(([, label = '', how, value = '']) => [label, how === '=~', value]) };
  });
}

/** Whether a place is inside of braces, brackets, or what `ignoring` has in parentheses. */
function isWithin(expr: string, place: number): boolean {
  return /(\{[^}]*|\[[^\]]*|ignoring\([^)]*)$/.test(expr.slice(0, place));
}

describe('the alerts', () => {
  it('are the same in deploy/alerts.yaml and in docs/OPERATING.md', () => {
    const told = rules.map(({ expr, for: time, annotations }) => ({ ...annotations, expr, for: time }));
    assert.deepEqual(told, rows);
    assert.equal(new Set(rules.map(({ alert }) => alert)).size, rules.length, 'each has a name of its own');
    for (const { labels } of rules) assert.match(labels.severity, /^(critical|warning)$/);
  });

  it('ask for what a server has from its start, label by label', async () => {
    const { body } = await call(await startServer(), 'GET /metrics');
    // The scraping itself adds this one, and the job to each.
    const series = [...(body as string).split('\n').filter((line) => line && !line.startsWith('#')), 'up 1'].map(
      (line) => {
        const [, name = '', labels = ''] = /^(\w+)(?:\{(.*)\})? /.exec(line) ?? assert.fail(line);
        const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, value]) => [label, value]);
        return { name, labels: { job: 'tutti', ...Object.fromEntries(pairs) } as Record<string, string> };
      },
    );
    let asked = 0;
    for (const { alert, expr } of rules) {
      const selected = selectors(expr);
      assert.ok(selected.length > 0, alert);
      for (const { name, matchers } of selected) {
        const fits = ({ labels }: (typeof series)[number]) =>
          matchers.every(([label, isPattern, value]) =>
            isPattern ? new RegExp(`^(?:${value})$`).test(labels[label] ?? '') : labels[label] === value,
          );
        assert.ok(series.filter((one) => one.name === name).some(fits), `${alert}: there is no such ${name}`);
        asked += 1;
      }
    }
    assert.equal(asked, rules.length + 2, 'two of them compare two metrics');
  });

  it('stand below a table of all the metrics that there are', async () => {
    const { body } = await call(await startServer(), 'GET /metrics');
    const types = [...(body as string).matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name);
    const told = [...section('Metrics').matchAll(/`((?:tutti|process)_\w+)/g)].map(([, name = '']) => name);
    assert.deepEqual(told.sort(), types.sort());
  });
});
