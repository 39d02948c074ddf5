import assert from 'node:assert/strict';
import type { Session } from '../../shared/documents/session/content.ts';
import type { ErrorCode } from '../../shared/refusals.ts';
import { call, type HttpAnswer } from '../support/http.ts';
import { collect, member, next, request, startServer } from '../support/server.ts';
import { post, put, textOf } from '../support/writing.ts';

const room_id = 'song:1';

function refuses({ status, body }: HttpAnswer, code: ErrorCode, expected: number, message?: RegExp): void {
  assert.deepEqual([status, body.ok, body.error?.error_code], [expected, false, code], JSON.stringify(body));
  if (message) assert.match(body.error.message, message);
}

describe('operations over HTTP', () => {
  it('are committed like those of a connection, and told to who is there', async () => {
    const server = await startServer();
    const bob = await member(server, { sub: 'bob' }, { room_id });
    const update = next(bob, 'collaboration_update');
    const { status, body } = await post(server, room_id, { operation: ['Hello'] });
    assert.equal(status, 200);
    const { epoch, ...others } = body;
    assert.deepEqual(others, { ok: true, room_id, revision: 1, committed: 1 });
    const told = await update;
    assert.equal(told.epoch, epoch);
    assert.deepEqual(
      told.operations.map(({ operation, user_id }) => [operation, user_id]),
      [[['Hello'], 'ann']],
    );
  });

  it('are brought to the head where they were made before it, and take short forms', async () => {
    const server = await startServer();
    await post(server, room_id, { operation: ['world'] });
    await post(server, room_id, { operation: ['Hello '] });
    await post(server, room_id, { operation: { type: 'insert', position: 5, content: '!' }, revision: 1 });
    assert.equal((await textOf(server, room_id)).text, 'Hello world!');
  });

  it('come as a list, one after the other, until one is refused', async () => {
    const server = await startServer();
    const { status, body } = await post(server, room_id, [
      { operation: ['a'] },
      { operation: [1, 'b'] },
      { operation: [9, 'c'] },
      { operation: [2, 'd'] },
    ]);
    assert.deepEqual([status, body.error.error_code, body.committed, body.revision], [422, 'invalid_operation', 2, 2]);
    assert.equal((await textOf(server, room_id)).text, 'ab');
  });

  it('are committed once under a client_id and a sequence', async () => {
    const server = await startServer();
    const sent = { operation: ['la'], revision: 0, client_id: 'script', sequence: 1 };
    const first = await post(server, room_id, sent);
    await post(server, room_id, { operation: [2, '!'] });
    const repeated = await post(server, room_id, sent);
    assert.deepEqual(repeated.body, first.body);
    assert.equal((await textOf(server, room_id)).text, 'la!');
    refuses(await post(server, room_id, { ...sent, operation: ['other'] }), 'conflict', 409, /another operation/);
  });

  it('are committed once under an Idempotency-Key, a list that was cut off too', async () => {
    const server = await startServer();
    const headers = { 'Idempotency-Key': 'import-7' };
    const list = [{ operation: ['a'] }, { operation: ['b'] }, { operation: [3, 'c'] }];
    refuses(await post(server, room_id, list, { headers }), 'invalid_operation', 422, /has 2/);
    await post(server, room_id, { operation: [2, '-'] });
    const first = await post(server, room_id, list, { headers });
    await post(server, room_id, { operation: ['-'] });
    const repeated = await post(server, room_id, list, { headers });
    assert.deepEqual([first.status, repeated.body], [200, first.body]);
    assert.equal((await textOf(server, room_id)).text, '-ba-c');
    // It is the user's own.
    await post(server, room_id, { operation: ['+'] }, { headers, claims: { sub: 'bob' } });
    assert.equal((await textOf(server, room_id)).text, '+-ba-c');
  });

  it('of another request under the same key are refused, also at the same time, and change nothing', async () => {
    const server = await startServer();
    const headers = { 'Idempotency-Key': 'import-7' };
    const list = [{ operation: ['a'] }, { operation: ['b'] }];
    const others = [list.slice(0, 1), [...list, { operation: ['c'] }], { operation: ['d'] }];
    const both = await Promise.all([post(server, room_id, list, { headers }), put(server, room_id, 'z', { headers })]);
    assert.deepEqual(both.map(({ status }) => status).sort(), [200, 409]);
    const taken = both[0].status === 200 ? 'ba' : 'z';
    if (taken === 'z') others.push(list);
    for (const other of others)
      refuses(await post(server, room_id, other, { headers }), 'conflict', 409, /another request/);
    refuses(await put(server, room_id, 'y', { headers }), 'conflict', 409, /another request/);
    assert.equal((await textOf(server, room_id)).text, taken);
  });

  it('control a session, by the role that it needs', async () => {
    const server = await startServer();
    const operation = { type: 'score_update', team: 'red', score: 3 };
    refuses(await post(server, 'session:1', { operation }), 'forbidden', 403, /needs the role host/);
    const host = { claims: { sub: 'hal', rooms: { '*': 'host' } } };
    assert.equal((await post(server, 'session:1', { operation }, host)).status, 200);
    const ann = await member(server, { sub: 'ann' }, { room_id: 'session:1' });
    const { document } = await request(ann, 'get_room_state', { room_id: 'session:1' });
    assert.deepEqual((document?.content as Session | undefined)?.scores, { red: 3 });
  });

  it('are refused to whom they are refused on a connection', async () => {
    const server = await startServer();
    const operation = ['a'];
    const viewer = { claims: { sub: 'vic', rooms: { '*': 'viewer' } } };
    refuses(await post(server, room_id, { operation }, viewer), 'forbidden', 403, /needs the role editor/);
    const stranger = { claims: { sub: 'sam', rooms: {} } };
    refuses(await post(server, room_id, { operation }, stranger), 'forbidden', 403);
    const init = { body: JSON.stringify({ operation }) };
    refuses(await call(server, `POST /api/v1/rooms/${room_id}/operations`, undefined, init), 'unauthorized', 401);
    refuses(await call(server, `GET /api/v1/rooms/${room_id}/text`, { sub: 'ann' }), 'not_found', 404);
  });

  it('are refused where they are not what they should be, and change nothing', async () => {
    const server = await startServer({ maxOperationBytes: 1_000 });
    const { body } = await post(server, room_id, { operation: ['a'] });
    const bad: [unknown, ErrorCode, number][] = [
      [{}, 'bad_request', 400],
      [{ operation: ['b'], sequence: 1 }, 'bad_request', 400],
      [{ operation: ['b'], client_id: 'with:colon' }, 'bad_request', 400],
      [{ operation: ['b'], revision: -1 }, 'bad_request', 400],
      [{ operation: [5] }, 'bad_request', 400],
      [{ operation: ['b'], revision: 5 }, 'conflict', 409],
      [{ operation: ['b'], revision: 1, epoch: 'foreign' }, 'conflict', 409],
      [{ operation: ['b'.repeat(1_001)] }, 'too_large', 413],
      [{ operation: [7, 'b'] }, 'invalid_operation', 422],
      [Array.from({ length: 1_001 }, () => ({ operation: [] })), 'too_large', 413],
      [{ operation: ['b'.repeat(2_000_000)] }, 'too_large', 413],
    ];
    for (const [sent, code, status] of bad) refuses(await post(server, room_id, sent), code, status);
    const headers = { 'Idempotency-Key': 'a b' };
    refuses(await post(server, room_id, { operation: ['b'] }, { headers }), 'bad_request', 400, /Idempotency-Key/);
    assert.deepEqual(await textOf(server, room_id), { text: 'a', tag: `"${body.epoch}-1"` });
  });

  it('cannot be another user’s client', async () => {
    const server = await startServer();
    await member(server, { sub: 'bob' }, { room_id, client_id: 'tab' });
    const sent = { operation: ['a'], client_id: 'tab', sequence: 1 };
    refuses(await post(server, room_id, sent), 'forbidden', 403, /another user's/);
  });

  it('count as those of a connection: LIMIT_OPERATIONS, LIMIT_BYTES and LIMIT_ROOMS', async () => {
    const server = await startServer({ limitOperations: '3/60', limitBytes: '100/60', limitRooms: '1/60' });
    await post(server, room_id, { operation: ['a'] });
    refuses(await post(server, 'song:2', { operation: ['a'] }), 'rate_limited', 429);
    refuses(await post(server, room_id, [{ operation: ['a'] }, { operation: ['a'] }]), 'rate_limited', 429);
    const claims = { sub: 'bob' };
    // What costs more than there is costs all of it.
    await post(server, room_id, { operation: ['b'.repeat(200)] }, { claims });
    refuses(await post(server, room_id, { operation: ['b'] }, { claims }), 'rate_limited', 429);
    const answer = await put(server, room_id, 'b'.repeat(200), { claims });
    refuses(answer, 'rate_limited', 429);
    assert.ok(Number(answer.headers.get('retry-after')) > 0);
    assert.equal((await textOf(server, room_id)).text, `${'b'.repeat(200)}a`);
  });
});

describe('a text over HTTP', () => {
  it('is read with a tag, and replaced where it still stands so', async () => {
    const server = await startServer();
    const created = await put(server, room_id, 'one 😀', { headers: { 'If-Match': '"-0"' } });
    assert.equal(created.status, 200);
    const { text, tag } = await textOf(server, room_id);
    assert.deepEqual([text, tag], ['one 😀', created.headers.get('etag')]);
    const { body, headers } = await put(server, room_id, 'two 😁', { headers: { 'If-Match': tag } });
    assert.deepEqual(body, { ok: true, room_id, epoch: created.body.epoch, revision: 2 });
    const stale = await put(server, room_id, 'three', { headers: { 'If-Match': tag } });
    refuses(stale, 'precondition_failed', 412);
    assert.deepEqual(
      [stale.body.epoch, stale.body.revision, stale.headers.get('etag')],
      [body.epoch, 2, headers.get('etag')],
    );
    assert.equal((await textOf(server, room_id)).text, 'two 😁');
    const seen = { headers: { 'If-None-Match': String(headers.get('etag')) } };
    assert.equal((await call(server, `GET /api/v1/rooms/${room_id}/text`, { sub: 'ann' }, seen)).status, 304);
  });

  it('is replaced by what is different: cursors stay, and no emoji is cut', async () => {
    const server = await startServer();
    await put(server, room_id, 'first line\nsecond 😀 line\nthird line\n');
    const bob = await member(server, { sub: 'bob' }, { room_id });
    const text = (await textOf(server, room_id)).text;
    await request(bob, 'cursor_update', { room_id, position: [...text].indexOf('t', 22) });
    const updates = collect(bob, 'collaboration_update');
    await put(server, room_id, 'a new line\nfirst line\nsecond 😁 line\nthird line\n');
    const { cursors } = await request(bob, 'get_room_state', { room_id });
    const now = [...(await textOf(server, room_id)).text];
    assert.equal(now.slice(Number(cursors[0]?.position)).join(''), 'third line\n');
    const operations = updates.flatMap((update) => update.operations.map(({ operation }) => operation));
    assert.deepEqual(operations, [['a new line\n', 18, '😁', { d: 1 }]]);
  });

  it('is replaced wherever the room stands without If-Match, and with * where it is there', async () => {
    const server = await startServer();
    const any = { headers: { 'If-Match': '*' } };
    const none = { headers: { 'If-None-Match': '*' } };
    refuses(await put(server, room_id, 'a', any), 'precondition_failed', 412);
    assert.equal((await put(server, room_id, 'a', none)).status, 200);
    refuses(await put(server, room_id, 'b', none), 'precondition_failed', 412);
    assert.equal((await put(server, room_id, 'b', any)).status, 200);
    assert.equal((await put(server, room_id, 'c')).body.revision, 3);
    assert.equal((await put(server, room_id, 'c')).body.revision, 3, 'what changes nothing makes no revision');
    assert.equal((await textOf(server, room_id)).text, 'c');
  });

  it('comes as JSON too', async () => {
    const server = await startServer();
    const json = { headers: { 'Content-Type': 'application/json; charset=utf-8' } };
    assert.equal((await put(server, room_id, JSON.stringify({ text: 'ä' }), json)).status, 200);
    assert.equal((await textOf(server, room_id)).text, 'ä');
  });

  it('is replaced once under a key, also where others have written since', async () => {
    const server = await startServer();
    const headers = { 'Idempotency-Key': 'nightly-7' };
    const first = await put(server, room_id, 'new', { headers });
    await post(server, room_id, { operation: [3, 'er'] });
    const repeated = await put(server, room_id, 'new', { headers: { ...headers, 'If-Match': '"-0"' } });
    assert.deepEqual(repeated.body, first.body);
    assert.equal((await textOf(server, room_id)).text, 'newer');
  });

  it('of many that are sent at once for one tag is replaced by one', async () => {
    const server = await startServer();
    const { headers } = await put(server, room_id, 'first');
    const match = { headers: { 'If-Match': String(headers.get('etag')) } };
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map((text) => put(server, room_id, text, match)));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 412, 412, 412]);
    const taken = ['a', 'b', 'c', 'd'][answers.findIndex(({ status }) => status === 200)];
    assert.equal((await textOf(server, room_id)).text, taken);
  });

  it('may be longer than one operation, up to what a song may be', async () => {
    const server = await startServer({ maxOperationBytes: 1_000, maxDocumentBytes: 20_000 });
    const long = (word: string) => `${word} 😀\n`.repeat(1_000);
    for (const text of [long('la la'), long('na na'), 'short', long('do re')]) {
      assert.equal((await put(server, room_id, text)).status, 200);
      assert.equal((await textOf(server, room_id)).text, text);
    }
    const repeated = { headers: { 'Idempotency-Key': 'long' } };
    const first = await put(server, room_id, long('mi fa'), repeated);
    assert.deepEqual((await put(server, room_id, long('mi fa'), repeated)).body, first.body);
    refuses(await put(server, room_id, 'x'.repeat(20_001)), 'too_large', 413);
    assert.equal((await textOf(server, room_id)).text, long('mi fa'));
  });

  it('is refused where it is not what it should be, and changes nothing', async () => {
    const server = await startServer();
    const { body } = await put(server, room_id, 'a');
    const path = `PUT /api/v1/rooms/${room_id}/text`;
    for (const match of ['1', '"1"', `${body.epoch}-1`, `W/"${body.epoch}-1"`, '""', '"a-1", "b-2"'])
      refuses(await put(server, room_id, 'b', { headers: { 'If-Match': match } }), 'bad_request', 400, /If-Match/);
    refuses(await put(server, room_id, 'b', { headers: { 'If-Match': '"foreign-1"' } }), 'precondition_failed', 412);
    refuses(await put(server, room_id, 'b', { headers: { 'If-None-Match': '"a-1"' } }), 'bad_request', 400);
    refuses(await put(server, room_id, 'b', { headers: { 'Content-Type': 'text/html' } }), 'bad_request', 400);
    const binary = { body: new Uint8Array([0xff, 0xfe]), headers: { 'Content-Type': 'text/plain' } };
    refuses(await call(server, path, { sub: 'ann' }, binary), 'bad_request', 400, /UTF-8/);
    const json = { headers: { 'Content-Type': 'application/json' } };
    refuses(await put(server, room_id, '{"text":"\\ud800"}', json), 'bad_request', 400, /text/);
    refuses(await put(server, room_id, 'b', { claims: { sub: 'v', rooms: { '*': 'viewer' } } }), 'forbidden', 403);
    refuses(await put(server, room_id, 'b', { claims: { sub: 's', rooms: {} } }), 'forbidden', 403);
    refuses(await put(server, 'channel:1', 'b'), 'bad_request', 400, /holds no text/);
    refuses(await put(server, 'nowhere:1', 'b'), 'not_found', 404, /kind nowhere/);
    assert.equal((await textOf(server, room_id)).text, 'a');
  });
});
