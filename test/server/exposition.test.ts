import assert from 'node:assert/strict';
import { refusalCodes } from '../../shared/refusals.ts';
import { call } from '../support/http.ts';
import { clientOf, refusedHandshake, startServer } from '../support/server.ts';

interface Family {
  name: string;
  help: string;
  type: string;
  samples: { name: string; labels: string[]; value: number }[];
}

/** The exposition as Prometheus reads it. */
async function exposed(server: { url: string }): Promise<Family[]> {
  const text: string = (await call(server, 'GET /metrics')).body;
  assert.ok(text.endsWith('\n'));
  const families: Family[] = [];
  for (const line of text.split('\n').filter((line) => line !== '')) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (kind === 'HELP') families.push({ name, help: rest, type: '', samples: [] });
    const family = families.at(-1) ?? assert.fail(line);
    if (kind === 'TYPE') {
      assert.equal(name, family.name);
      family.type = rest;
    } else if (kind === undefined) {
      const [, sample = '', labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? assert.fail(line);
      const names = [...labels.matchAll(/(\w+)="/g)].map(([, label = '']) => label);
      family.samples.push({ name: sample, labels: names, value: Number(value) });
    }
  }
  return families;
}

/** What a part of a name must not be: a unit that is none of the base units, or is cut short. */
const units =
  /^(milli|micro|nano|kilo|mega|giga|kibi|mebi|gibi)?(minutes?|hours?|days?|weeks?|kelvins?|fahrenheit|bits?|inch(es)?|yards?|miles?)$|^(milli|micro|nano|kilo|mega|giga|kibi|mebi|gibi)(seconds?|bytes?|meters?|grams?|volts?|amperes?|joules?)$|^(s|ms|us|ns|sec|b|kb|mb|gb|tb|pb|m|h|d)$/;

describe('the exposition of the metrics', () => {
  it('passes the rules of promtool check metrics', async () => {
    const names = new Set<string>();
    for (const { name, help, type, samples } of await exposed(await startServer())) {
      assert.ok(!names.has(name), `${name} comes twice`);
      names.add(name);
      assert.match(name, /^[a-z][a-z0-9_]*$/, 'no capitals, no colons');
      assert.ok(help.length > 0 && type !== '', name);
      assert.equal(name.endsWith('_total'), type === 'counter', `${name}: counters end with _total, and no others do`);
      if (type !== 'histogram') {
        assert.doesNotMatch(name, /_(bucket|count|sum)$/);
        for (const { labels } of samples) assert.ok(!labels.includes('le') && !labels.includes('quantile'), name);
      }
      const parts = name.split('_');
      assert.ok(!parts.includes(type) && !parts.some((part) => /^(counter|gauge|histogram|summary)$/.test(part)), name);
      for (const part of parts) assert.doesNotMatch(part, units, name);
      for (const { labels } of samples) for (const label of labels) assert.match(label, /^[a-z][a-z0-9_]*$/);
    }
    assert.ok(names.size > 15);
  });

  it('has every counter at 0 from the start, for each of its labels, so that increase() sees the first', async () => {
    const server = await startServer();
    const counters = (await exposed(server)).filter(({ type }) => type === 'counter');
    for (const { name, samples } of counters) {
      assert.ok(samples.length > 0, name);
      const isBusy = name === 'process_cpu_seconds_total';
      if (!isBusy)
        assert.ok(
          samples.every(({ value }) => value === 0),
          name,
        );
    }
    const has = (name: string) => counters.find((counter) => counter.name === name)?.samples.length;
    assert.equal(has('tutti_refusals_total'), Object.keys(refusalCodes).length);
    assert.equal(has('tutti_drops_total'), 6);
    await refusedHandshake(clientOf(server, { auth: { token: 'x' } }));
    const { body } = await call(server, 'GET /metrics');
    assert.match(body, /^tutti_refusals_total\{error_code="unauthorized"\} 1$/m);
    assert.match(body, /^tutti_refusals_total\{error_code="internal"\} 0$/m);
  });
});
