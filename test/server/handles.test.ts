import assert from 'node:assert/strict';
import type { Session } from '../../shared/documents/session/content.ts';
import { type ErrorCode, Refusal } from '../../shared/refusals.ts';
import { call } from '../support/http.ts';
import { collect, member, next, request, startServer } from '../support/server.ts';

const room_id = 'song:42';

function refusal(code: ErrorCode): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof Refusal, String(error));
    assert.equal(error.error_code, code, error.message);
    return true;
  };
}

describe('a room’s handle: text', () => {
  it('is read and edited without a socket, and those who are there see it at once, by whom', async () => {
    const server = await startServer();
    const ann = await member(server, { sub: 'ann' }, { room_id });
    const { text } = server.service({ user_id: 'importer' }).room('42');
    assert.deepEqual(await text.read(), { text: '', epoch: '', revision: 0 });
    const update = next(ann, 'collaboration_update');
    const { epoch, revision } = await text.insert(0, 'Hello world');
    assert.equal(revision, 1);
    assert.deepEqual(
      (await update).operations.map(({ operation, user_id }) => [operation, user_id]),
      [[['Hello world'], 'importer']],
    );
    await text.replace(6, 5, '😀 you');
    await text.delete(8, 4);
    assert.deepEqual(await text.read(), { text: 'Hello 😀', epoch, revision: 3 });
    assert.equal((await request(ann, 'get_room_state', { room_id })).document?.content, 'Hello 😀');
  });

  it('is edited as it was read, and keeps what others wrote since', async () => {
    const server = await startServer();
    const ann = await member(server, { sub: 'ann' }, { room_id });
    const { text } = server.room(room_id);
    await text.insert(0, '[C]la [G]la');
    const read = await text.read();
    await request(ann, 'collaboration_operation', { room_id, operation: ['intro '] });
    await text.insert(3, 'tra', read);
    assert.equal((await text.read()).text, 'intro [C]trala [G]la');
    await text.edit(async ({ text: before }) => {
      await request(ann, 'collaboration_operation', { room_id, operation: [6, 'quick '] });
      return before.replace('[C]', '[D]').replace('[G]', '[A]');
    });
    assert.equal((await text.read()).text, 'intro quick [D]trala [A]la');
    await text.edit(({ text: before }) => [
      { from: 0, to: 5, insert: 'start' },
      { from: before.length, to: before.length, insert: '!' },
    ]);
    assert.equal((await text.read()).text, 'start quick [D]trala [A]la!');
  });

  it('asks a transaction again where the room has another history', async () => {
    const server = await startServer();
    const { text } = server.room(room_id);
    await text.insert(0, 'old');
    let asked = 0;
    await text.edit(async ({ text: before }) => {
      asked += 1;
      if (asked === 1) {
        await call(server, `DELETE /api/v1/rooms/${room_id}`, { sub: 'op', scope: 'admin' });
        await text.insert(0, 'new');
      }
      return `${before}er`;
    });
    assert.deepEqual([asked, (await text.read()).text], [2, 'newer']);
  });

  it('writes nothing where nothing is changed', async () => {
    const server = await startServer();
    const { text } = server.room(room_id);
    await text.insert(0, 'la');
    const { revision } = await text.edit(({ text: before }) => before);
    assert.deepEqual([revision, (await text.read()).revision], [1, 1]);
  });

  it('refuses what does not fit, by a Refusal, and changes nothing', async () => {
    const server = await startServer({ maxDocumentBytes: 100 });
    const { text } = server.room(room_id);
    await text.insert(0, 'a😀');
    await assert.rejects(text.insert(2, 'x'), refusal('bad_request'));
    await assert.rejects(text.insert(-1, 'x'), refusal('bad_request'));
    await assert.rejects(text.insert(4, 'x'), refusal('invalid_operation'));
    await assert.rejects(text.delete(0, 9), refusal('invalid_operation'));
    await assert.rejects(text.insert(0, '\ud800'), refusal('bad_request'));
    await assert.rejects(text.insert(0, 'x'.repeat(100)), refusal('too_large'));
    await assert.rejects(
      text.edit(() => '\udc00'),
      refusal('bad_request'),
    );
    assert.throws(() => server.room('a b'), refusal('bad_request'));
    assert.throws(() => server.room('song:1').feed, refusal('bad_request'));
    assert.throws(() => server.room('channel:1').text, refusal('bad_request'));
    assert.equal((await text.read()).text, 'a😀');
  });

  it('is one of its tenant, and pays by LIMIT_BYTES as what is published does', async () => {
    const server = await startServer({ limitBytes: '100/60' });
    const acme = server.service({ org_id: 'acme', user_id: 'billing' });
    await acme.room(room_id).text.insert(0, 'ours');
    assert.equal((await server.room(room_id).text.read()).text, '');
    await assert.rejects(acme.room(room_id).text.insert(0, 'x'.repeat(100)), refusal('rate_limited'));
    await acme.room(room_id).text.insert(0, 'more');
    await assert.rejects(acme.room(room_id).text.insert(0, 'x'.repeat(90)), refusal('rate_limited'));
  });
});

describe('a room’s handle: session and feed', () => {
  it('controls a session', async () => {
    const server = await startServer();
    const ann = await member(server, { sub: 'ann' }, { room_id: 'session:1' });
    const updates = collect(ann, 'collaboration_update');
    const { session } = server.room('session:1');
    await session.add({ track_id: 'a', title: 'First', duration_ms: 60_000 });
    await session.play();
    await session.update({ round: 1 });
    assert.equal(await session.score('red', { score: 2 }), 4);
    const { playback, scores, state } = await session.read();
    assert.deepEqual([playback.status, playback.track_id, scores, state], ['playing', 'a', { red: 2 }, { round: 1 }]);
    const { document } = await request(ann, 'get_room_state', { room_id: 'session:1' });
    assert.deepEqual((document?.content as Session | undefined)?.scores, { red: 2 });
    assert.equal(updates.flatMap(({ operations }) => operations).length, 4);
    await assert.rejects(session.remove('b'), refusal('not_found'));
  });

  it('posts to a feed, once under a key, and edits what others wrote there', async () => {
    const server = await startServer();
    const ann = await member(server, { sub: 'ann' }, { room_id: 'channel:1' });
    const { revision } = await request(ann, 'collaboration_operation', {
      room_id: 'channel:1',
      operation: { type: 'message.new', text: 'rude' },
    });
    const { feed } = server.service({ user_id: 'moderator' }).room('channel:1');
    const message_id = await feed.post('hello', { data: { n: 1 }, key: 'greeting' });
    assert.equal(await feed.post('hello', { data: { n: 1 }, key: 'greeting' }), message_id);
    await assert.rejects(feed.post('bye', { key: 'greeting' }), refusal('conflict'));
    await feed.edit(String(revision), 'kind');
    const { entries, more } = await feed.list();
    assert.deepEqual(
      entries.map(({ text, user_id }) => [text, user_id]),
      [
        ['kind', 'ann'],
        ['hello', 'moderator'],
      ],
    );
    assert.equal(more, false);
    await feed.delete(message_id);
    assert.deepEqual((await feed.list({ limit: 1 })).entries[0]?.deleted, true);
    await assert.rejects(feed.delete('99'), refusal('not_found'));
  });
});
