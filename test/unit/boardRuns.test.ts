import assert from 'node:assert/strict';
import type { BoardCommand } from '../../shared/documents/board/command.ts';
import type { BoardContent } from '../../shared/documents/board/content.ts';
import { insertRun, type Run } from '../../shared/documents/board/runs.ts';
import { board } from '../../shared/documents/board.ts';
import { Refusal } from '../../shared/refusals.ts';
import { Random } from '../support/random.ts';

describe('writing in a text of a board', () => {
  it('looks at the names alone of the runs of others, however many there are', () => {
    let looked = 0;
    const others = Array.from({ length: 2_000 }, (_, at) => ({
      id: `r${at}`,
      get from() {
        looked += 1;
        return 0;
      },
      text: 'x',
    }));
    const runs: Run[] = [...others, { id: 'end', from: 0, text: 'abc' }];
    const written = insertRun(runs, ['end', 1], { id: 'new', from: 0, text: 'y' });
    assert.equal(written.length, runs.length + 2);
    assert.deepEqual(written.slice(-3), [
      { id: 'end', from: 0, text: 'ab' },
      { id: 'new', from: 0, text: 'y' },
      { id: 'end', from: 2, text: 'c' },
    ]);
    assert.ok(looked < 10, `looked ${looked} times`);
  });

  it('many times in one operation is as if each came alone', () => {
    const random = new Random();
    let content: BoardContent = { fields: { text: { runs: [{ id: 'first', from: 0, text: 'words' }] } } };
    const path = ['text'];
    const names = ['first'];
    let taken = 0;
    for (let time = 0; time < 150; time++) {
      const made: string[] = [];
      const commands = Array.from({ length: random.between(1, 40) }, (_, at): BoardCommand => {
        const id = names[random.between(0, names.length - 1)] as string;
        const range = { path, id, from: random.between(0, 3), length: random.between(1, 5) };
        if (random.oneIn(4)) return { type: 'erase', ...range };
        const name = random.oneIn(200) ? id : `w${time}-${at}`;
        made.push(name);
        const after = random.oneIn(10) ? null : ([id, random.oneIn(200) ? 9 : 0] as const);
        return { type: 'write', path, after, id: name, from: 0, text: 'words'.slice(0, random.between(1, 5)) };
      });
      const alone = tried(() => commands.reduce((before, command) => apply(before, [command]), content));
      assert.deepEqual(
        tried(() => apply(content, commands)),
        alone,
        `SEED=${random.seed}`,
      );
      if (alone instanceof Refusal) continue;
      content = alone;
      names.push(...made);
      taken += 1;
    }
    assert.ok(taken > 20 && taken < 150, `${taken}`);
  });
});

function apply(content: BoardContent, operation: readonly BoardCommand[]): BoardContent {
  return board.apply(content, { operation, user_id: 'ada', client_id: 'a', timestamp: 1 }, 1);
}

function tried(make: () => BoardContent): BoardContent | Refusal {
  try {
    return make();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}
