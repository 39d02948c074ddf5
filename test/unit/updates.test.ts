import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { Document } from '../../server/documents/document.ts';
import { createMemoryLog } from '../../server/logs/memory.ts';
import { Beat, prompt } from '../../server/rooms/beat.ts';
import { Updates } from '../../server/rooms/updates.ts';
import type { ServerPayload } from '../../shared/events.ts';
import { typeOf } from '../support/kinds.ts';
import { until } from '../support/until.ts';

/** What a room tells so many members, and when. */
async function room(size: number) {
  const document = new Document(typeOf('song:1'), await createMemoryLog().load('/song:1'));
  const frames: (ServerPayload<'collaboration_update'> & { at: number })[] = [];
  const updates = new Updates({
    room_id: 'song:1',
    document,
    broadcast: (_event, payload) =>
      frames.push({ ...(payload as ServerPayload<'collaboration_update'>), at: performance.now() }),
    beat: new Beat(prompt),
    members: { size },
  });
  let revision = 0;
  const write = (text: string) => {
    const entry = { operation: [text], client_id: 'a', user_id: 'ada', timestamp: 1 };
    updates.add({ epoch: 'e', revision, entries: [entry] }, true);
    revision += 1;
  };
  /** All of it in one moment, however busy the machine is. */
  const writeAtOnce = (...texts: string[]) => {
    const now = performance.now();
    const clock = mock.method(performance, 'now', () => now);
    for (const text of texts) write(text);
    clock.mock.restore();
  };
  return { frames, write, writeAtOnce };
}

describe('what was written in a room', () => {
  it('is told at once to a few', async () => {
    const { frames, write } = await room(250);
    for (let count = 1; count <= 5; count++) {
      write('x');
      assert.equal(frames.length, count);
    }
  });

  it('gathers where a thousand hear it: the first of it goes at once, the rest together', async () => {
    const { frames, write, writeAtOnce } = await room(1_000);
    writeAtOnce(...'abcde');
    assert.equal(frames.length, 1);
    await until(() => frames.length === 2);
    write('f');
    await until(() => frames.length === 3);
    const told = frames.map(({ revision, operations }) => [revision, operations.length]);
    assert.deepEqual(told, [
      [0, 1],
      [1, 4],
      [5, 1],
    ]);
    const [first, second] = frames;
    // A timer may be a millisecond early.
    assert.ok((second?.at ?? 0) - (first?.at ?? 0) >= 30);
  });

  it('does not gather beyond a megabyte of memory', async () => {
    const { frames, writeAtOnce } = await room(1_000);
    writeAtOnce(...Array.from({ length: 7 }, () => 'x'.repeat(100_000)));
    assert.deepEqual(
      frames.map(({ operations }) => operations.length),
      [1, 6],
    );
  });
});
