import assert from 'node:assert/strict';
import { call } from '../support/http.ts';
import { shareRedis } from '../support/instances.ts';
import { member, next, request } from '../support/server.ts';
import { post, put, textOf } from '../support/writing.ts';

const room_id = 'song:1';

describe('editing without a connection, on two instances', () => {
  const { pair } = shareRedis();

  it('is seen on the other one, and goes on there from what was answered here', async () => {
    const [one, other] = await pair();
    const ann = await member(other, { sub: 'ann' }, { room_id });
    const update = next(ann, 'collaboration_update');
    await one.room(room_id).text.insert(0, 'Hello');
    assert.deepEqual(
      (await update).operations.map(({ operation }) => operation),
      [['Hello']],
    );
    for (let round = 1; round <= 20; round += 1) {
      const [server, next] = round % 2 ? [one, other] : [other, one];
      const { body } = await post(server, room_id, { operation: ['a'] });
      const { epoch, revision } = body;
      const answer = await post(next, room_id, { operation: [1, 'z'], revision, epoch });
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
      const match = { headers: { 'If-Match': `"${epoch}-${answer.body.revision}"` } };
      const replaced = await put(server, room_id, 'Hello', match);
      assert.equal(replaced.status, 200, JSON.stringify(replaced.body));
      await request(ann, 'collaboration_operation', { room_id, operation: [] });
      assert.equal((await post(next, room_id, { operation: [5, '!'], revision: replaced.body.revision })).status, 200);
      assert.equal((await put(next, room_id, 'Hello')).status, 200);
    }
  });

  it('is done once under a key, on whichever instance it is repeated', async () => {
    const servers = await pair();
    const headers = { 'Idempotency-Key': 'once' };
    const list = [{ operation: ['a'] }, { operation: ['b'] }, { operation: ['c'] }];
    const answers = await Promise.all(
      [...servers, ...servers].map((server) => post(server, room_id, list, { headers })),
    );
    for (const { status, body } of answers) assert.deepEqual([status, body], [200, answers[0]?.body]);
    const [one, other] = servers;
    const sent = { operation: ['d'], client_id: 'script', sequence: 1, revision: 3 };
    const both = await Promise.all([post(one, room_id, sent), post(other, room_id, sent)]);
    assert.deepEqual(both[0].body, both[1].body);
    assert.equal((await one.room(room_id).text.read()).text, 'dcba');
    const keyed = { headers: { 'Idempotency-Key': 'whole' } };
    const [first, second] = await Promise.all([
      put(one, 'song:2', 'whole', keyed),
      put(other, 'song:2', 'whole', keyed),
    ]);
    assert.deepEqual(first.body, second.body);
    assert.equal((await put(one, 'song:2', 'whole', keyed)).body.revision, 1);
    const refused = await Promise.all([put(one, 'song:2', 'other', keyed), post(other, room_id, list[0], { headers })]);
    assert.deepEqual(
      refused.map(({ status }) => status),
      [409, 409],
    );
    assert.equal((await textOf(one, 'song:2')).text, 'whole');
  });

  it('creates a song once for all who ask for one that is not there', async () => {
    const servers = await pair();
    const none = { headers: { 'If-None-Match': '*' } };
    const answers = await Promise.all([...servers, ...servers].map((server) => put(server, room_id, 'seed', none)));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 412, 412, 412]);
    for (const server of servers) {
      await server.room(room_id).text.edit(({ text }) => text);
      assert.equal((await textOf(server, room_id)).text, 'seed');
    }
  });

  it('imports a room once for all who import it, and it is seen on the other one', async () => {
    const servers = await pair();
    const ann = await member(servers[1], { sub: 'ann' }, { room_id });
    const update = next(ann, 'collaboration_update');
    const lines = Array.from({ length: 50 }, (_, n) => ({ room_id: `song:${n}`, type: 'text', content: `song ${n}` }));
    const admin = { sub: 'op', scope: 'admin' };
    const init = { body: lines.map((line) => JSON.stringify(line)).join('\n') };
    const answers = await Promise.all(servers.map((server) => call(server, 'POST /api/v1/import', admin, init)));
    const outcomes = answers.flatMap(({ body }) => body.results.map(({ outcome }: { outcome: string }) => outcome));
    assert.deepEqual(
      ['imported', 'exists'].map((wanted) => outcomes.filter((outcome) => outcome === wanted).length),
      [50, 50],
    );
    assert.deepEqual((await update).operations[0]?.operation, ['song 1']);
    const exports = await Promise.all(servers.map((server) => call(server, 'GET /api/v1/export', admin)));
    assert.deepEqual(exports[0]?.body, exports[1]?.body);
    assert.equal(exports[0]?.body.split('\n').length, 52);
  });
});
