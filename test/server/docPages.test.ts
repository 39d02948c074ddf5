import assert from 'node:assert/strict';
import type { defineReducer } from '../../shared/index.ts';
import { checkTypes, programsOf, runnable } from '../support/docPages.ts';

const programs = programsOf('board.md');

type Seats = Readonly<Record<string, string>>;
type Command = { type: 'take'; seat: string } | { type: 'leave'; seat: string };

describe('docs/board.md', () => {
  it('has programs whose types are right', function () {
    this.timeout(240_000);
    assert.deepEqual([...programs.keys()], ['server.ts', 'client.ts', 'seats.ts']);
    checkTypes(programs);
  });

  it('has a reducer that does what it says', async () => {
    const { seats } = await runnable(programs)('seats.ts');
    const { reducer } = seats as ReturnType<typeof defineReducer<Seats, Command>>;
    const by = (user_id: string) => ({ user_id, client_id: user_id, timestamp: 0 });
    const take = { type: 'take', seat: 'toString' } as const;
    const taken = reducer.apply(reducer.create(), take, by('ann'));
    assert.deepEqual(taken, { toString: 'ann' });
    assert.throws(() => reducer.apply(taken, take, by('ben')), { error_code: 'invalid_operation' });
    const [undo] = reducer.undo?.(reducer.create(), take) ?? [];
    assert.deepEqual(undo && reducer.apply(taken, undo, by('ann')), {});
  });
});

describe('docs/yjs.md', () => {
  it('has programs whose types are right', function () {
    this.timeout(240_000);
    const programs = programsOf('yjs.md');
    assert.deepEqual([...programs.keys()], ['server.ts', 'page.ts']);
    checkTypes(new Map([...programs, ['token.d.ts', 'declare const token: string;']]));
  });
});
