import assert from 'node:assert/strict';
import { proofOf } from '../../server/logs/proof.ts';
import type { Entry } from '../../shared/documents/type.ts';
import { type Client, caughtUp, collect, member, next, refused, request, startServer } from '../support/server.ts';

const room_id = 'song:42';

function joined(server: { url: string }, sub: string, client_id = sub): Promise<Client> {
  return member(server, { sub }, { room_id, client_id });
}

async function textOf(client: Client) {
  return (await request(client, 'get_room_state', { room_id })).document?.content;
}

describe('an operation', () => {
  it('comes back to everyone, its sender included, with where it landed', async () => {
    const server = await startServer();
    const [ada, ben] = [await joined(server, 'ada'), await joined(server, 'ben')];
    const updates = [next(ada, 'collaboration_update'), next(ben, 'collaboration_update')];
    assert.equal(
      (await request(ada, 'collaboration_operation', { room_id, operation: ['Hello'], revision: 0, sequence: 1 }))
        .revision,
      1,
    );
    for (const update of updates) {
      const { epoch, operations, ...rest } = await update;
      assert.ok(epoch);
      const [first] = operations;
      assert.ok(first);
      assert.deepEqual(rest, { room_id, revision: 0, proof: proofOf('', first as Entry) });
      const { timestamp, ...entry } = operations[0] ?? { timestamp: 0 };
      assert.ok(Math.abs(timestamp - Date.now()) < 5000);
      assert.deepEqual(entry, { operation: ['Hello'], client_id: 'ada', sequence: 1, user_id: 'ada' });
    }
    assert.equal(await textOf(ben), 'Hello');
  });

  it('made against an older revision is brought to the head', async () => {
    const server = await startServer();
    const [ada, ben] = [await joined(server, 'ada'), await joined(server, 'ben')];
    await request(ada, 'collaboration_operation', { room_id, operation: ['the song'], revision: 0 });
    await request(ada, 'collaboration_operation', { room_id, operation: [4, 'old '], revision: 1 });
    const answer = await request(ben, 'collaboration_operation', { room_id, operation: [8, ' 🎵'], revision: 1 });
    assert.equal(answer.revision, 3);
    assert.equal(await textOf(ada), 'the old song 🎵');
  });

  it('at the same place as another stands by the order of their client_ids, whoever came first', async () => {
    for (const order of [
      ['a', 'b'],
      ['b', 'a'],
    ]) {
      const server = await startServer();
      const clients = { a: await joined(server, 'a'), b: await joined(server, 'b') };
      for (const id of order) {
        await request(clients[id as 'a' | 'b'], 'collaboration_operation', {
          room_id,
          operation: [id.repeat(3)],
          revision: 0,
        });
      }
      assert.equal(await textOf(clients.a), 'aaabbb');
    }
  });

  it('may be written in a short form, and is told in the canonical one', async () => {
    const client = await joined(await startServer(), 'ada');
    const updates = collect(client, 'collaboration_update');
    for (const operation of [
      { type: 'insert', position: 0, content: 'Hello 😀!' },
      { type: 'delete', position: 6, length: 1 },
      { type: 'replace', position: 0, length: 5, content: 'Good bye' },
    ]) {
      await request(client, 'collaboration_operation', { room_id, operation });
    }
    await caughtUp(client);
    assert.equal(await textOf(client), 'Good bye !');
    while (updates.flatMap(({ operations }) => operations).length < 3) await next(client, 'collaboration_update');
    assert.deepEqual(
      updates.flatMap(({ operations }) => operations).map(({ operation }) => operation),
      [['Hello 😀!'], [6, { d: 1 }], ['Good bye', { d: 5 }]],
    );
  });

  it('sent again is committed once and answered alike', async () => {
    const server = await startServer();
    const client = await joined(server, 'ada');
    const payload = { room_id, operation: ['x'], revision: 0, sequence: 1 };
    const answers = await Promise.all([1, 2, 3].map(() => request(client, 'collaboration_operation', payload)));
    assert.deepEqual(
      answers.map(({ revision }) => revision),
      [1, 1, 1],
    );
    const later = await joined(server, 'ada');
    assert.equal((await request(later, 'get_room_state', { room_id })).sequence, 1);
    assert.equal((await request(later, 'collaboration_operation', payload)).revision, 1);
    assert.equal(await textOf(later), 'x');
  });

  it('below the last sequence of its client is refused', async () => {
    const client = await joined(await startServer(), 'ada');
    for (const sequence of [1, 2])
      await request(client, 'collaboration_operation', { room_id, operation: ['x'], sequence });
    const refusal = await refused(
      client,
      'collaboration_operation',
      { room_id, operation: ['y'], sequence: 1 },
      'conflict',
    );
    assert.equal(refusal.sequence, 1);
    assert.equal(refusal.room_id, room_id);
  });

  it('that was refused may be rewritten under its sequence', async () => {
    const client = await joined(await startServer(), 'ada');
    await refused(
      client,
      'collaboration_operation',
      { room_id, operation: [9, 'x'], sequence: 1 },
      'invalid_operation',
    );
    await request(client, 'collaboration_operation', { room_id, operation: ['x'], sequence: 1 });
    assert.equal(await textOf(client), 'x');
  });

  it('is refused alone when it is one of many at once', async () => {
    const server = await startServer();
    const clients = await Promise.all(['ada', 'ben', 'eve'].map((sub) => joined(server, sub)));
    await Promise.all(
      clients.flatMap((client, index) =>
        Array.from({ length: 50 }, (_, i) =>
          index === 2
            ? refused(client, 'collaboration_operation', { room_id, operation: [100_000, 'x'] }, 'invalid_operation')
            : request(client, 'collaboration_operation', { room_id, operation: ['x'], sequence: i + 1 }),
        ),
      ),
    );
    const [ada] = clients;
    assert.ok(ada);
    assert.equal(await textOf(ada), 'x'.repeat(100));
  });

  it('reaches everyone in the order of the revisions, gathered into frames', async () => {
    const server = await startServer();
    const clients = await Promise.all(['ada', 'ben', 'eve'].map((sub) => joined(server, sub)));
    const updates = clients.map((client) => collect(client, 'collaboration_update'));
    const each = 200;
    await Promise.all(
      clients.flatMap((client) =>
        Array.from({ length: each }, () => request(client, 'collaboration_operation', { room_id, operation: ['x'] })),
      ),
    );
    for (const [index, client] of clients.entries()) {
      const received = () => updates[index]?.flatMap(({ operations }) => operations).length ?? 0;
      while (received() < 3 * each) await next(client, 'collaboration_update');
      let revision = 0;
      for (const update of updates[index] ?? []) {
        assert.equal(update.revision, revision);
        revision += update.operations.length;
      }
      assert.equal(revision, 3 * each);
      assert.ok((updates[index]?.length ?? 0) < 3 * each, 'frames gather');
    }
  });

  it('without a callback is told of by its entry, and refused by an error', async () => {
    const client = await joined(await startServer(), 'ada');
    client.emit('collaboration_operation', { room_id, operation: ['x'] });
    assert.equal((await next(client, 'collaboration_update')).operations.length, 1);
    client.emit('collaboration_operation', { room_id, operation: [9, 'x'], sequence: 7 });
    const refusal = await next(client, 'error');
    assert.deepEqual(
      { code: refusal.code, event: refusal.event, room_id: refusal.room_id, sequence: refusal.sequence },
      { code: 4422, event: 'collaboration_operation', room_id, sequence: 7 },
    );
    assert.match(refusal.message, /reaches 9.* 1 /);
  });

  it('never takes its author from the payload', async () => {
    const client = await joined(await startServer(), 'eve');
    const update = next(client, 'collaboration_update');
    const forged = { room_id, operation: ['x'], user_id: 'ada', client_id: 'ada', timestamp: 1 };
    await request(client, 'collaboration_operation', forged);
    const [entry] = (await update).operations;
    assert.deepEqual([entry?.user_id, entry?.client_id], ['eve', 'eve']);
    assert.ok(entry && entry.timestamp > 1);
  });
});

describe('get_operations', () => {
  it('pages through what was missed', async () => {
    const client = await joined(await startServer(), 'ada');
    for (const letter of 'abcde') await request(client, 'collaboration_operation', { room_id, operation: [letter] });
    const { epoch } = await request(client, 'get_room_state', { room_id });
    const read: unknown[] = [];
    for (let revision = 1, more = true; more; ) {
      const page = await request(client, 'get_operations', { room_id, since: { epoch, revision }, limit: 2 });
      read.push(...(page.operations ?? []).map(({ operation }) => operation));
      ({ revision, more } = page);
    }
    assert.deepEqual(read, [['b'], ['c'], ['d'], ['e']]);
    const atHead = await request(client, 'get_operations', { room_id, since: { epoch, revision: 5 } });
    assert.deepEqual([atHead.operations, atHead.more, atHead.revision], [[], false, 5]);
  });

  it('refuses another epoch and a revision from the future', async () => {
    const client = await joined(await startServer(), 'ada');
    await request(client, 'collaboration_operation', { room_id, operation: ['x'] });
    const { epoch } = await request(client, 'get_room_state', { room_id });
    await refused(client, 'get_operations', { room_id, since: { epoch: 'another', revision: 1 } }, 'conflict');
    await refused(client, 'get_operations', { room_id, since: { epoch, revision: 2 } }, 'conflict');
  });
});

describe('a revision that the log no longer reaches', () => {
  it('is a conflict to write on, and is answered with the document where it is asked for', async () => {
    const server = await startServer();
    const client = await joined(server, 'ada');
    const write = () => request(client, 'collaboration_operation', { room_id, operation: ['x'] });
    for (let revision = 0; revision < 10_600; revision += 100) await Promise.all(Array.from({ length: 100 }, write));
    const { epoch } = await request(client, 'get_room_state', { room_id });
    const since = { epoch, revision: 50 };
    await refused(client, 'collaboration_operation', { room_id, operation: ['y'], revision: 50 }, 'conflict');
    const page = await request(client, 'get_operations', { room_id, since });
    assert.deepEqual([page.operations, page.revision, page.more], [undefined, 10_600, false]);
    assert.equal(page.document?.content, 'x'.repeat(10_600));
    const state = await request(client, 'join_room', { room_id, client_id: 'ada', since });
    assert.deepEqual([state.recovered, state.document?.content], [false, 'x'.repeat(10_600)]);
    const kept = await request(client, 'get_operations', { room_id, since: { epoch, revision: 600 }, limit: 1 });
    assert.equal(kept.operations?.length, 1);
    await request(client, 'collaboration_operation', { room_id, operation: ['y'], revision: 600 });
  });
});
