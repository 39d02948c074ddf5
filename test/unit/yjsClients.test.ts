import assert from 'node:assert/strict';
import { Clients } from '../../shared/documents/yjs/clients.ts';

/** As many Yjs clients, the first of which has that number. */
const some = (first: number, many: number) =>
  Array.from({ length: many }, (_, at) => [first + at, { clock: 1, user_id: `u${at % 3}` }] as const);

describe('the Yjs clients of a document', () => {
  const many = Clients.none.with(some(0, 60_000));

  it('are copied rarely, which is said before: who writes in the name of many at once pays for it', () => {
    let clients = many;
    let copied = 0;
    for (let at = 0; at < 100; at++) {
      copied += clients.copied(40);
      clients = clients.with(some(100_000 + at * 40, 40));
    }
    assert.equal([...clients].length, 64_000);
    assert.ok(copied >= 10 * 60_000 && copied < 20 * 64_000, `${copied} were copied`);
    assert.equal(many.copied(40), 0);
    assert.equal(many.copied(2_000), 60_000);
    assert.equal(clients.clock(0), 1);
  });

  it('are stored and loaded as they are', () => {
    const users = ['u0', 'u1', 'u2', 'late'];
    const clients = many.with([[7, { clock: 9, user_id: 'late' }]]);
    const loaded = Clients.load(clients.save(new Map(users.map((user, place) => [user, place]))), users);
    assert.equal([...loaded].length, 60_000);
    assert.deepEqual(loaded.get(7), { clock: 9, user_id: 'late' });
    const found = new Set<string>();
    clients.addUsers(found);
    assert.deepEqual([...found].sort(), [...users].sort());
  });
});
