import assert from 'node:assert/strict';
import type { defineReducer } from '../../shared/index.ts';
import { checkTypes, programsOf, runnable } from '../support/docPages.ts';

const board = programsOf('board.md');
/** The pages, and the programs that they have. */
const pages = {
  board: ['server.ts', 'client.ts', 'seats.ts'],
  yjs: ['server.ts', 'page.ts'],
  events: ['events.ts', 'server.ts', 'client.ts'],
};

type Seats = Readonly<Record<string, string>>;
type Command = { type: 'take'; seat: string } | { type: 'leave'; seat: string };

/** What the types of docs/events.md refuse. */
const wrong = `
import { connect } from 'tutti/client';
import { sharedEvents } from 'tutti/events';
import { defineEvents } from 'tutti/shared';
import { jam } from './events.ts';

const jams = sharedEvents(jam, 'jam');
const events = connect('http://localhost:3000', { documents: [jams] }).room('jam:1').document(jams);
// @ts-expect-error: a pitch is a number.
events.emit('note', { pitch: 'high' });
// @ts-expect-error: there is no such event.
events.emit('drum', {});
// @ts-expect-error: what is in no log has no id.
events.on('pointer', ({ id }) => id);
events.on('note', ({ data }) => {
  const pitch: number = data.pitch;
  // @ts-expect-error: a note has no more.
  return [pitch, data.volume];
});
// @ts-expect-error: a schema is no function.
defineEvents({ note: { schema: () => true } });
`;

describe('the pages of docs/', () => {
  it('have programs whose types are right', function () {
    this.timeout(240_000);
    const programs = new Map([
      ['yjs/token.d.ts', 'declare const token: string;'],
      ['events/wrong.ts', wrong],
    ]);
    for (const [page, names] of Object.entries(pages)) {
      const found = programsOf(`${page}.md`);
      assert.deepEqual([...found.keys()], names);
      for (const [name, text] of found) programs.set(`${page}/${name}`, text);
    }
    checkTypes(programs);
  });
});

describe('docs/board.md', () => {
  it('has a reducer that does what it says', async () => {
    const { seats } = await runnable(board)('seats.ts');
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
