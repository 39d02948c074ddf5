import assert from 'node:assert/strict';
import { Clients } from '../../shared/documents/yjs/clients.ts';
import { Writer } from '../../shared/documents/yjs/writer.ts';
import { fastest } from '../support/growth.ts';
import { Random } from '../support/random.ts';

/** As many Yjs clients, the first of which has that number. */
const some = (first: number, many: number) =>
  Array.from({ length: many }, (_, at) => ({ client: first + at, clock: 1, user_id: 'ann' }));

describe('the Yjs clients of a document', () => {
  const users = ['ann', 'bob', 'cleo'];

  it('are those that have written, and whoever was first to write as one has it', () => {
    const random = new Random(5);
    let clients = Clients.none;
    const expected = new Map<number, { client: number; clock: number; user_id: string }>();
    for (let update = 0; update < 400; update++) {
      const before = clients;
      const user_id = random.pick(users);
      const clocks = new Map<number, number>();
      // From a few numbers, and from as many as Yjs has.
      for (let left = random.between(1, random.pick([2, 200])); left > 0; left--)
        clocks.set(random.between(0, random.pick([50, 2 ** 32 - 1])), update + 1);
      clients = clients.with([...clocks].map(([client, clock]) => ({ client, clock, user_id })));
      for (const [client, clock] of clocks)
        expected.set(client, { client, clock, user_id: expected.get(client)?.user_id ?? user_id });
      for (const client of clocks.keys()) assert.notEqual(before.clock(client), update + 1);
    }
    const inOrder = [...expected.values()].sort((one, other) => one.client - other.client);
    assert.deepEqual([...clients], inOrder);
    assert.equal(clients.size, expected.size);
    for (const known of inOrder) assert.deepEqual(clients.get(known.client), known);
    for (const client of [0, 51, 2 ** 32]) assert.deepEqual(clients.get(client), expected.get(client));
    const places = new Map(users.map((user_id, place) => [user_id, place]));
    assert.deepEqual([...Clients.load(clients.save(places), users)], inOrder);
    const renamed = clients.renamed('bob', 'erased');
    const found = new Set<string>();
    renamed.addUsers(found);
    assert.deepEqual(found, new Set(['ann', 'erased', 'cleo']));
  });

  it('are not all copied where some write: of a hundred times as many an update takes a few times as long', () => {
    const random = new Random(6);
    const updating = (many: number) => {
      const clients = Clients.none.with(some(0, many));
      // Of those that are there, and new ones between them.
      const numbers = () => new Set(Array.from({ length: 40 }, () => random.between(0, 2 * many) / 2));
      const updates = Array.from({ length: 100 }, () => [...numbers()].flatMap((number) => some(number, 1)));
      return () => updates.reduce((made, next) => made.with(next), clients);
    };
    const few = fastest(updating(2_000));
    const most = fastest(updating(200_000), 10 * few);
    assert.ok(most < 10 * few, `${most} ms for ${few}`);
  });

  it('are loaded only where each is there once', () => {
    const writer = new Writer();
    for (const part of [1, 5, 0, 2, 5, 0, 1, 6, 0]) writer.uint(part);
    assert.throws(() => Clients.load(writer.finish(), users), /twice/);
    assert.equal(Clients.load(new Uint8Array(), users).size, 0);
  });
});
