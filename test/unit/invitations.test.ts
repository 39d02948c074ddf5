import assert from 'node:assert/strict';
import { Invitations } from '../../server/access/invitations.ts';
import { createMemoryLog } from '../../server/logs/memory.ts';
import { cleanup } from '../support/cleanup.ts';
import { refusal } from '../support/refusal.ts';

const [org_id, room_id] = ['acme', 'song:1'] as const;

/** Those of a log, and what was paid for them. */
function invitations() {
  const paid: string[] = [];
  const all = new Invitations(createMemoryLog(), (what) => {
    paid.push(what);
  });
  cleanup(() => all.close());
  const terms = { role: 'editor', until: Date.now() + 60_000, most: 2 } as const;
  const make = () => all.make(org_id, room_id, { user_id: 'ada', name: 'Ada' }, terms);
  const use = (id: string, guest: string) => all.use({ org_id, room_id, id, secret: '' }, guest);
  return { paid, make, use };
}

describe('invitations', () => {
  it('are paid by who makes them while they are written, and not where there are too many', async () => {
    const { paid, make } = invitations();
    for (let count = 0; count < 100; count++) await make();
    const all = paid.splice(0).length;
    assert.equal((await refusal(make()))[0], 'forbidden');
    assert.deepEqual([all > 100, paid], [true, []]);
  });

  it('are paid for each guest once, and not where they let in no more', async () => {
    const { paid, make, use } = invitations();
    const { id } = await make();
    paid.splice(0);
    for (const guest of ['ben', 'ben', 'cyd', 'ben', 'cyd']) await use(id, guest);
    assert.deepEqual(paid, ['bytes of a tenant', 'bytes of a tenant']);
    assert.equal((await refusal(use(id, 'dan')))[0], 'forbidden');
    assert.equal((await refusal(use('none', 'dan')))[0], 'unauthorized');
    assert.equal(paid.length, 2);
  });
});
