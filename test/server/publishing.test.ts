import assert from 'node:assert/strict';
import { z } from 'zod';
import { createNotify, declareEvent, standardEvents } from '../../server/index.ts';
import type { Address } from '../../server/publishing/publication.ts';
import type { Feed } from '../../shared/documents/feed.ts';
import type { RoomState, ServerPayload } from '../../shared/events.ts';
import { Refusal } from '../../shared/refusals.ts';
import { call } from '../support/http.ts';
import {
  type Client,
  caughtUp,
  clientOf,
  collect,
  connect,
  next,
  request,
  startServer,
  tokenFor,
} from '../support/server.ts';

const service = { sub: 'tracker', rooms: {}, scope: 'publish' };

/** Publishes over HTTP, and resolves with the answer. */
async function publish(server: { url: string }, messages: unknown, claims: object | undefined = service) {
  const init = { body: JSON.stringify(messages), headers: { 'Content-Type': 'application/json' } };
  return call(server, 'POST /api/v1/publish', claims, init);
}

async function results(server: { url: string }, messages: unknown, claims?: object) {
  const { status, body } = await publish(server, messages, claims);
  assert.equal(status, 200, JSON.stringify(body));
  return body.results;
}

/** A client, and the inbox that it was let into. */
async function arrive(server: { url: string }, claims: object): Promise<{ client: Client; inbox: RoomState }> {
  const client = clientOf(server, { auth: { token: tokenFor(claims) } });
  const entered = next(client, 'room_joined');
  client.connect();
  return { client, inbox: await entered };
}

function feedOf({ document }: RoomState): Feed {
  assert.equal(document?.type, 'feed');
  return document?.content as Feed;
}

function entriesOf(state: RoomState): Feed['entries'] {
  return feedOf(state).entries;
}

/** What arrives in the feeds of a client. */
function arriving(client: Client): { type: string; data?: unknown }[] {
  const operations: { type: string; data?: unknown }[] = [];
  client.on('collaboration_update', (update) => {
    for (const { operation } of update.operations) operations.push(operation as { type: string });
  });
  return operations;
}

describe('publishing', () => {
  for (const { type } of Object.values(standardEvents)) {
    it(`${type} to a user who is there`, async () => {
      const server = await startServer();
      const { client, inbox } = await arrive(server, { sub: 'ann' });
      assert.deepEqual(entriesOf(inbox), []);
      const update = next(client, 'collaboration_update');
      assert.deepEqual(await results(server, { user_id: 'ann', type, data: { n: 1 } }), [{ ok: true, revision: 1 }]);
      const { room_id, operations } = await update;
      assert.equal(room_id, 'user:ann');
      assert.deepEqual(
        operations.map(({ operation, user_id }) => [operation, user_id]),
        [[{ type, data: { n: 1 } }, 'tracker']],
      );
    });
  }

  for (const room_id of ['project:1', 'channel:1', 'task:1']) {
    it(`to ${room_id}, where it becomes an entry`, async () => {
      const server = await startServer();
      const client = await connect(server, { sub: 'ann' });
      assert.deepEqual(await results(server, { room_id, type: 'task.created', data: { task_id: '7' } }), [
        { ok: true, revision: 1 },
      ]);
      const [entry] = entriesOf(await request(client, 'join_room', { room_id }));
      assert.deepEqual([entry?.type, entry?.data, entry?.user_id], ['task.created', { task_id: '7' }, 'tracker']);
    });
  }

  for (const room_id of ['song:1', 'session:1'] as const) {
    it(`to ${room_id}, whose connections get an event that is not stored`, async () => {
      const server = await startServer();
      const ann = await connect(server, { sub: 'ann' });
      const elsewhere = collect(await connect(server, { sub: 'bob' }), 'event');
      await request(ann, 'join_room', { room_id });
      const event = next(ann, 'event');
      assert.deepEqual(await results(server, { room_id, type: 'post.liked', data: [1] }), [{ ok: true }]);
      const { timestamp, ...others } = await event;
      assert.deepEqual(others, { type: 'post.liked', room_id, data: [1], sender: 'tracker' });
      assert.ok(Math.abs(timestamp - Date.now()) < 60_000);
      assert.equal((await request(ann, 'get_room_state', { room_id })).revision, 0);
      assert.deepEqual(elsewhere, []);
    });
  }

  it('to several users, each of whom has it once', async () => {
    const server = await startServer();
    await results(server, { user_ids: ['ann', 'bob', 'ann'], type: 'notification.new', data: 'hello' });
    for (const sub of ['ann', 'bob']) {
      const { inbox } = await arrive(server, { sub });
      assert.deepEqual(
        entriesOf(inbox).map(({ data }) => data),
        ['hello'],
      );
    }
  });

  it('to one connection', async () => {
    const server = await startServer();
    const clients = [await connect(server, { sub: 'ann' }), await connect(server, { sub: 'ann' })] as const;
    const events = clients.map((client) => collect(client, 'event'));
    await results(server, { connection_id: clients[0].id, type: 'payment.received', id: '1' });
    await Promise.all(clients.map(caughtUp));
    assert.deepEqual(
      events.map((all) => all.map(({ type, data }) => [type, data])),
      [[['payment.received', null]], []],
    );
  });

  it('to everyone of the tenant, and nothing to another', async () => {
    const server = await startServer();
    const clients = await Promise.all([
      connect(server, { sub: 'ann', org_id: 'acme' }),
      connect(server, { sub: 'bob', org_id: 'acme' }),
      connect(server, { sub: 'ann', org_id: 'other' }),
      connect(server, { sub: 'ann' }),
    ]);
    const told: ServerPayload<'event'>[][] = clients.map((client) => collect(client, 'event'));
    const acme = { ...service, org_id: 'acme' };
    await results(server, { all: true, type: 'project.archived' }, acme);
    await results(server, { user_id: 'ann', type: 'notification.new' }, acme);
    await results(server, { connection_id: clients[2].id, type: 'notification.new' }, acme);
    await Promise.all(clients.map(caughtUp));
    assert.deepEqual(
      told.map((events) => events.length),
      [1, 1, 0, 0],
    );
    assert.equal(entriesOf((await arrive(server, { sub: 'ann', org_id: 'other' })).inbox).length, 0);
    assert.equal(entriesOf((await arrive(server, { sub: 'ann', org_id: 'acme' })).inbox).length, 1);
  });

  it('many at once, in their order, each with an outcome of its own', async () => {
    const server = await startServer({ maxMessageBytes: 200 });
    const { client } = await arrive(server, { sub: 'ann' });
    const operations = arriving(client);
    const good = Array.from({ length: 500 }, (_, n) => ({
      user_id: 'ann',
      type: 'notification.new',
      data: n,
      id: `${n}`,
    }));
    const bad = [
      { user_id: 'ann', type: 'message.new', data: 'from a service' },
      { user_id: 'ann', type: 'nonsense' },
      { user_id: 'ann', type: 'task.created', data: 'x'.repeat(300) },
      { user_id: 'ann', room_id: 'channel:1', type: 'task.created' },
      { type: 'task.created' },
      { room_id: 'opera:1', type: 'task.created' },
      { connection_id: 'a:b', type: 'task.created' },
      { user_ids: [], type: 'task.created' },
      'task.created',
      { user_id: 'ann', type: 'task.created', data: JSON.parse('{"__proto__":1}') },
    ];
    const { body } = await publish(server, [...good, ...bad, { user_id: 'ann', type: 'notification.new', data: 500 }]);
    assert.equal(body.ok, false);
    assert.deepEqual(
      body.results.filter(({ ok }: { ok: boolean }) => ok).map(({ revision }: { revision: number }) => revision),
      Array.from({ length: 501 }, (_, n) => n + 1),
    );
    assert.deepEqual(
      body.results.slice(500, 510).map(({ error }: { error?: { error_code: string } }) => error?.error_code),
      [
        'bad_request',
        'bad_request',
        'too_large',
        'bad_request',
        'bad_request',
        'not_found',
        ...Array(4).fill('bad_request'),
      ],
    );
    while (operations.length < 501) await next(client, 'collaboration_update');
    assert.deepEqual(
      operations.map(({ data }) => data),
      Array.from({ length: 501 }, (_, n) => n),
    );
  });

  it('again under the same id without doing it twice', async () => {
    const server = await startServer();
    const { client } = await arrive(server, { sub: 'ann' });
    const events = collect(client, 'event');
    const inbox = { user_id: 'ann', type: 'notification.new', id: 'a' };
    const everyone = { all: true, type: 'notification.new', id: 'a' };
    const first = await results(server, [inbox, everyone]);
    assert.deepEqual(first, [{ ok: true, revision: 1 }, { ok: true }]);
    await results(server, { user_id: 'ann', type: 'notification.new', id: 'b' });
    assert.deepEqual(await results(server, [inbox, inbox, everyone]), [first[0], first[0], first[1]]);
    // The id is the service's own: another one may have the same.
    assert.deepEqual(await results(server, inbox, { ...service, sub: 'billing' }), [{ ok: true, revision: 3 }]);
    await caughtUp(client);
    assert.equal(events.length, 1);
    assert.equal(entriesOf((await arrive(server, { sub: 'ann' })).inbox).length, 3);
  });

  it('thousands at once, between which others have their turn', async () => {
    const server = await startServer({ limitBytes: '0' });
    const users = Array.from({ length: 1_000 }, (_, n) => `user ${n}`);
    let [turns, done] = [0, false];
    const count = () => {
      turns += 1;
      if (!done) setImmediate(count);
    };
    const type = 'notification.new';
    for (const message of [users.map((user_id) => ({ user_id, type })), { user_ids: users, type }]) {
      [turns, done] = [0, false];
      setImmediate(count);
      const outcomes = await server.publish([message].flat());
      done = true;
      assert.ok(outcomes.every(({ ok }) => ok));
      // A few are prepared in each, and then brought into the logs.
      assert.ok(turns > 200, `${turns}`);
    }
  });

  it('only with the scope, and only what is JSON', async () => {
    const server = await startServer();
    const message = { all: true, type: 'notification.new' };
    assert.equal((await publish(server, message, { sub: 'eve', rooms: { '*': 'host' } })).status, 403);
    assert.equal((await call(server, 'POST /api/v1/publish', undefined, { body: '{}' })).status, 401);
    assert.equal((await call(server, 'POST /api/v1/publish', service, { body: '{' })).status, 400);
    assert.equal((await publish(server, Array(1_001).fill(message))).status, 413);
    const crowd = Array.from({ length: 1_000 }, (_, n) => `user ${n}`);
    assert.equal((await publish(server, Array(11).fill({ user_ids: crowd, type: 'notification.new' }))).status, 413);
    const huge = 'x'.repeat(1_000 * 12 * 1024);
    assert.equal((await publish(server, huge)).status, 413);
  });
});

describe('the server object', () => {
  it('publishes to users, to connections and to everyone', async () => {
    const server = await startServer();
    const { client: ann } = await arrive(server, { sub: 'ann' });
    const { client: bob } = await arrive(server, { sub: 'bob' });
    const operations = [arriving(ann), arriving(bob)];
    const events = [collect(ann, 'event'), collect(bob, 'event')];
    await server.toUser('ann', 'notification.new', { n: 1 }, 'once');
    await server.toUser('ann', 'notification.new', { n: 1 }, 'once');
    await server.toUsers(['ann', 'bob'], 'notification.new', { n: 2 });
    await server.toAll('project.updated', { n: 3 });
    await server.toConnection(ann.id ?? '', 'project.updated', { n: 4 });
    const outcomes = await server.publish([
      { room_id: 'channel:1', type: 'task.created' },
      { room_id: 'nowhere:1', type: 'task.created' },
    ]);
    assert.deepEqual(
      outcomes.map(({ ok }) => ok),
      [true, false],
    );
    await Promise.all([caughtUp(ann), caughtUp(bob)]);
    assert.deepEqual(
      operations.map((all) => all.map(({ data }) => data)),
      [[{ n: 1 }, { n: 2 }], [{ n: 2 }]],
    );
    assert.deepEqual(
      events.map((all) => all.map(({ data, sender }) => [data, sender])),
      [
        [
          [{ n: 3 }, 'server'],
          [{ n: 4 }, 'server'],
        ],
        [[{ n: 3 }, 'server']],
      ],
    );
    await assert.rejects(server.toUser('ann', 'nonsense'), Refusal);
    const crowd = Array.from({ length: 2_500 }, (_, n) => `user ${n}`);
    await server.toUsers(crowd, 'notification.new');
    assert.equal(entriesOf((await arrive(server, { sub: 'user 2499' })).inbox).length, 1);
  });

  it('knows who is online, within its tenant, and disconnects', async () => {
    const server = await startServer();
    const acme = server.service({ org_id: 'acme' });
    const clients = [await connect(server, { sub: 'ann', org_id: 'acme' })];
    clients.push(await connect(server, { sub: 'ann', org_id: 'acme' }));
    assert.equal(await acme.isOnline('ann'), true);
    assert.equal(await acme.isOnline('bob'), false);
    assert.deepEqual(await acme.onlineUsers(['bob', 'ann']), ['ann']);
    assert.equal(await acme.connections('ann'), 2);
    assert.equal(await server.isOnline('ann'), false);
    const ended = clients.map((client) => new Promise((resolve) => client.once('disconnect', resolve)));
    await server.disconnect('ann');
    await acme.disconnect('ann');
    await Promise.all(ended);
    assert.equal(await acme.isOnline('ann'), false);
  });

  it('has a function for each event, and for those of one’s own', async () => {
    const server = await startServer();
    const invoiceSent = declareEvent('invoice.sent', z.object({ invoice_id: z.string(), total: z.number() }));
    const notify = createNotify(server, { invoiceSent });
    const to: Address = { user_id: 'ann' };
    assert.equal(await notify.taskCreated(to, { task_id: '7', title: 'Mix', due: 'today' }, 'task-7'), 1);
    assert.equal(await notify.taskCreated(to, { task_id: '7', title: 'Mix', due: 'today' }, 'task-7'), 1);
    assert.equal(await notify.invoiceSent(to, { invoice_id: '1', total: 5 }), 2);
    assert.equal(await notify.postLiked({ all: true }, { post_id: '1', user_id: 'bob' }), undefined);
    await assert.rejects(notify.invoiceSent(to, { invoice_id: '1', total: Number.NaN }), /data\.total/);
    await assert.rejects(notify.invoiceSent({ room_id: 'nowhere:1' }, { invoice_id: '1', total: 5 }), Refusal);
    const { inbox } = await arrive(server, { sub: 'ann' });
    assert.deepEqual(
      entriesOf(inbox).map(({ type, data }) => [type, data]),
      [
        ['task.created', { task_id: '7', title: 'Mix', due: 'today' }],
        ['invoice.sent', { invoice_id: '1', total: 5 }],
      ],
    );
  });
});

describe('an inbox', () => {
  it('is entered at connect with what came, and up to where the user has read on any device', async () => {
    const server = await startServer();
    for (let n = 1; n <= 3; n++) await server.toUser('ann', 'notification.new', n);
    const phone = await arrive(server, { sub: 'ann', rooms: {} });
    assert.deepEqual([phone.inbox.room_id, phone.inbox.role, phone.inbox.revision], ['user:ann', 'viewer', 3]);
    const operation = { type: 'message.read', message_id: '2' };
    await request(phone.client, 'collaboration_operation', { room_id: 'user:ann', operation });
    const { inbox } = await arrive(server, { sub: 'ann', rooms: {} });
    assert.deepEqual(feedOf(inbox).read, { ann: '2' });
    assert.equal(inbox.participants[0]?.connections, 2);
  });

  it('counts for none of the rooms that a connection may have', async () => {
    const server = await startServer({ maxRoomsPerConnection: 1 });
    const { client } = await arrive(server, { sub: 'ann' });
    await request(client, 'join_room', { room_id: 'song:1' });
    await request(client, 'join_room', { room_id: 'user:ann' });
  });

  it('is nobody else’s, of a user who has the same name in another tenant neither', async () => {
    const server = await startServer();
    await server.service({ org_id: 'acme' }).toUser('ann', 'notification.new');
    assert.deepEqual(entriesOf((await arrive(server, { sub: 'ann' })).inbox), []);
    assert.equal(entriesOf((await arrive(server, { sub: 'ann', org_id: 'acme' })).inbox).length, 1);
  });
});
