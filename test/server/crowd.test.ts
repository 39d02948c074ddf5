import assert from 'node:assert/strict';
import type { Answer, Participant } from '../../shared/events.ts';
import { type Client, collect, connect, refused, request, startServer, stateOf } from '../support/server.ts';
import { until } from '../support/until.ts';

const room_id = 'song:42';

describe('a crowd', function () {
  this.timeout(120_000);

  /** A room for many. */
  function hall() {
    return startServer({ maxParticipantsPerRoom: 1000, maxConnectionsPerIp: 5000 });
  }

  /** So many, connected a few at a time. */
  async function guests(server: { url: string }, count: number): Promise<Client[]> {
    const names = Array.from({ length: count }, (_, index) => `guest ${String(index).padStart(4, '0')}`);
    const clients: Client[] = [];
    while (clients.length < count) {
      const few = names.slice(clients.length, clients.length + 20);
      clients.push(...(await Promise.all(few.map((sub) => connect(server, { sub })))));
    }
    return clients;
  }

  /** What comes in at all of them from now on, in bytes. */
  function counter(clients: Client[]): () => number {
    let bytes = 0;
    for (const { io } of clients) {
      io.engine.on('packet', ({ data }) => {
        bytes += Buffer.byteLength(String(data ?? ''));
      });
    }
    return () => bytes;
  }

  it('that joins at once costs bytes in proportion to its people', async () => {
    // Each is told at most 200 names, and each at most twice; were all told to all, it would be twice as much a person.
    const perPerson: number[] = [];
    for (const count of [250, 500]) {
      const clients = await guests(await hall(), count);
      const counts = clients.map((client) => collect(client, 'user_joined'));
      const bytes = counter(clients);
      const joined = clients.map((client) => stateOf(client, room_id));
      for (const client of clients) client.emit('join_room', { room_id });
      const states = await Promise.all(joined);
      const knows = (index: number) => {
        const told = counts[index]?.at(-1)?.participant_count ?? 0;
        return Math.max(told, states[index]?.participant_count ?? 0) === count;
      };
      await until(() => clients.every((_, index) => knows(index)));
      perPerson.push(bytes() / count);
    }
    const [few = 0, many = 0] = perPerson;
    console.log(`      ${perPerson.map((bytes) => Math.round(bytes / 1024)).join(', ')} KiB a person`);
    assert.ok(many < 1.5 * few, `${many} bytes a person against ${few}`);
  });

  it('is known by name up to 200 participants, and beyond by number', async () => {
    const server = await hall();
    const clients = await guests(server, 203);
    const [ada, ...others] = clients;
    assert.ok(ada);
    await request(ada, 'join_room', { room_id });
    const known = new Map<string, Participant>();
    let count = 1;
    ada.on('user_joined', ({ users, participant_count }) => {
      for (const user of users) known.set(user.user_id, user);
      count = participant_count;
    });
    ada.on('user_left', ({ users, participant_count }) => {
      for (const { user_id } of users) known.delete(user_id);
      count = participant_count;
    });
    for (const client of others) await request(client, 'join_room', { room_id });
    await until(() => count === 203);
    assert.equal(known.size, 199, 'and Ada herself');
    const { participants, participant_count } = await request(ada, 'get_room_state', { room_id });
    assert.deepEqual([participants.length, participant_count], [200, 203]);
    // Someone else takes the place of one who was known by name.
    others[0]?.disconnect();
    await until(() => count === 202 && known.size === 199);
    assert.ok(!known.has('guest 0001'));
  });

  it('is listed by page', async () => {
    const clients = await guests(await hall(), 5);
    for (const client of clients) await request(client, 'join_room', { room_id });
    const [ada] = clients;
    assert.ok(ada);
    const seen: string[] = [];
    for (let after: string | undefined, more = true; more; ) {
      const page: Answer<'get_participants'> = await request(ada, 'get_participants', {
        room_id,
        limit: 2,
        ...(after && { after }),
      });
      assert.equal(page.participant_count, 5);
      assert.ok(page.participants.length <= 2);
      seen.push(...page.participants.map(({ user_id }) => user_id));
      after = seen.at(-1);
      more = page.more;
    }
    assert.deepEqual(
      seen,
      [0, 1, 2, 3, 4].map((index) => `guest 000${index}`),
    );
    await refused(ada, 'get_participants', { room_id, limit: 201 }, 'bad_request');
    await refused(ada, 'get_participants', { room_id: 'song:other' }, 'not_found');
  });

  it('that types is told of up to 50, and of others when those end', async () => {
    const clients = await guests(await hall(), 60);
    for (const client of clients) await request(client, 'join_room', { room_id });
    const [ada] = clients;
    assert.ok(ada);
    const changes = collect(ada, 'typing_changed');
    await Promise.all(clients.map((client) => request(client, 'typing', { room_id, is_typing: true })));
    await until(() => changes.at(-1)?.user_ids.length === 50);
    assert.equal((await request(ada, 'get_room_state', { room_id })).typing.length, 50);
    const first = new Set(changes.at(-1)?.user_ids);
    await Promise.all(clients.slice(0, 20).map((client) => request(client, 'typing', { room_id, is_typing: false })));
    await until(() => changes.at(-1)?.user_ids.length === 40);
    assert.ok(changes.at(-1)?.user_ids.some((user_id) => !first.has(user_id)));
    assert.ok(changes.length < 20, `${changes.length} messages`);
  });
});
