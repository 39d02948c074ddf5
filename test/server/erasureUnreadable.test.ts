import assert from 'node:assert/strict';
import { createMemoryLog } from '../../server/logs/memory.ts';
import { yjs } from '../../server/yjs/index.ts';
import { toBase64 } from '../../shared/documents/yjs/base64.ts';
import { ann, erase, exported } from '../support/person.ts';
import { member, request, startServer } from '../support/server.ts';
import { updateOf } from '../support/yjsUpdates.ts';

const rooms = { 'a-note:1': toBase64(updateOf(7, 0, [{}])), 'song:1': ['She sang. '] };

describe('a person who was in rooms of a kind that a server has no more', () => {
  it('is given out and erased from all others, and told where it was not, which can be done later', async () => {
    const log = createMemoryLog();
    const kinds = { 'a-note': yjs() };
    const first = await startServer({ log, kinds });
    for (const [room_id, operation] of Object.entries(rooms)) {
      const her = await member(first, { sub: ann }, { room_id });
      await request(her, 'collaboration_operation', { room_id, operation });
    }
    await first.close();

    const without = await startServer({ log });
    const lines = await exported(without);
    const [unreadable] = lines.filter(({ type }) => type === 'unreadable');
    assert.equal(unreadable?.room_id, 'a-note:1');
    assert.match(String(unreadable?.message), /no rooms of kind a-note here/);
    assert.deepEqual(lines.at(-1), { type: 'end', rooms: 1, entries: 1, unreadable: 1 });
    const { status, body } = await erase(without);
    assert.equal(status, 200);
    const { unreadable: left, ...done } = body;
    assert.deepEqual(done, { ok: true, user_id: ann, rooms: 1, entries: 1, more: false });
    assert.deepEqual(
      left.map(({ room_id }: { room_id: string }) => room_id),
      ['a-note:1'],
    );
    await without.close();

    const again = await startServer({ log, kinds });
    assert.deepEqual((await erase(again)).body, { ok: true, user_id: ann, rooms: 1, entries: 1, more: false });
    const { epoch } = await log.load('/a-note:1');
    const entries = await log.read('/a-note:1', { epoch, after: 0, limit: 10, bytes: 10_000 });
    assert.doesNotMatch(JSON.stringify([entries, await log.load('/a-note:1')]), /ann@example/);
  });
});
