import assert from 'node:assert/strict';
import { aims, judge, limitOf, nameOf, rowOf } from '../bench/aims.ts';
import { keyOf, rowsOfPage, withRows } from '../bench/page.ts';
import { watched } from '../bench/watched.ts';

describe('the aims of the benchmark', () => {
  it('are all on the page, as it judges them', () => {
    const told = rowsOfPage('aims').map((row) => row.slice(0, 3));
    assert.deepEqual(
      told,
      aims.map((aim) => [...nameOf(aim), limitOf(aim)]),
    );
  });

  it('have names of their own', () => {
    assert.equal(new Set(aims.map((aim) => keyOf(nameOf(aim)))).size, aims.length);
  });

  it('are met or missed by the median of rounds, each beside the baseline of its round', () => {
    const rounds = new Map([
      ['tutti', [3, 5, 4].map((cpu_us) => ({ cpu_us, server_load: 0.2 }))],
      ['relay', [10, 10, 20].map((cpu_us) => ({ cpu_us, server_load: 0.3 }))],
    ]);
    const [verdict] = judge('busy-25', rounds);
    assert.deepEqual(verdict && rowOf(verdict).slice(1), [
      'CPU of a delivery ÷ the relay’s',
      'at most 0.4',
      '0.300 (0.200 to 0.500)',
      'met',
    ]);
  });

  it('do not apply to a p99 of a server that takes more than half a core, nor beside a relay that is full', () => {
    const measured = (server_load: number) => [{ latency_p50_ms: 9, latency_p99_ms: 9, server_load }];
    const verdicts = (tutti: number, relay: number) =>
      judge(
        'busy-100',
        new Map([
          ['tutti', measured(tutti)],
          ['relay', measured(relay)],
        ]),
      ).map(({ verdict }) => verdict);
    assert.deepEqual(verdicts(0.4, 0.5), ['met', 'missed']);
    assert.deepEqual(verdicts(0.6, 0.95), ['does not apply', 'does not apply']);
  });
});

describe('a table of docs/PERFORMANCE.md', () => {
  const page = [
    'before',
    '<!-- t -->',
    '',
    '| | | n |',
    '| - | - | - |',
    '| a | b | 1 |',
    '| c | d | 2 |',
    '',
    'after\n',
  ].join('\n');

  it('is read, and written in place: what was not measured stays as it is', () => {
    assert.deepEqual(rowsOfPage('t', page), [
      ['a', 'b', '1'],
      ['c', 'd', '2'],
    ]);
    const all = [
      ['c', 'd', ''],
      ['e', 'f', ''],
      ['a', 'b', ''],
    ];
    const written = withRows(page, 't', all, [['c', 'd', '3']]);
    assert.equal(written, page.replace('| a | b | 1 |\n| c | d | 2 |', '| c | d | 3 |\n| e | f |  |\n| a | b | 1 |'));
  });

  it('has what npm test watches, with a figure each', () => {
    const rows = rowsOfPage('costs');
    assert.deepEqual(
      rows.map((row) => keyOf(row)),
      watched.map(({ name }) => keyOf(name)),
    );
    for (const [, , figure] of rows) assert.ok(Number(figure) > 0);
  });
});
