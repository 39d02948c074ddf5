import assert from 'node:assert/strict';
import { feeds, memoryStorage, Client as OurClient } from '../../client/index.ts';
import { roomKey } from '../../server/access/keys.ts';
import type { Log } from '../../server/logs/log.ts';
import { type Feed, feed } from '../../shared/documents/feed.ts';
import type { RoomState, ServerPayload } from '../../shared/events.ts';
import { Refusal } from '../../shared/refusals.ts';
import { cleanup } from '../support/cleanup.ts';
import { call } from '../support/http.ts';
import { methodsOf } from '../support/methodsOf.ts';
import { type Client, caughtUp, collect, member, request, startServer, tokenFor } from '../support/server.ts';
import { stores } from '../support/stores.ts';
import { until } from '../support/until.ts';

const room_id = 'channel:general';
const key = roomKey('', room_id);
const beginning = { epoch: '', revision: 0 };

function joined(server: { url: string }, sub: string): Promise<Client> {
  return member(server, { sub }, { room_id, client_id: sub });
}

async function send(client: Client, operation: object, sequence?: number): Promise<string> {
  const more = sequence === undefined ? {} : { sequence };
  return String((await request(client, 'collaboration_operation', { room_id, operation, ...more })).revision);
}

/** A message that was edited twice, one that was deleted, and one that stays. */
async function tell(ann: Client): Promise<void> {
  const first = await send(ann, { type: 'message.new', text: 'secret one', data: 'beside it' });
  await send(ann, { type: 'message.edited', message_id: first, text: 'secret two' });
  const second = await send(ann, { type: 'message.new', text: 'secret three', data: 'secret four' });
  await send(ann, { type: 'message.edited', message_id: second, text: 'secret five' });
  await send(ann, { type: 'message.reaction', message_id: second, reaction: 'secret six', on: true });
  await send(ann, { type: 'message.new', text: 'stays' });
  await send(ann, { type: 'message.edited', message_id: first, text: 'third' });
  await send(ann, { type: 'message.deleted', message_id: second });
}

/** All that a store has of the room. */
async function stored(log: Log): Promise<string> {
  const loaded = await log.load(key);
  const range = { epoch: loaded.epoch, after: 0, limit: 10_000, bytes: Number.MAX_SAFE_INTEGER };
  return JSON.stringify([loaded, await log.read(key, range)]);
}

/** All that a server tells of the room, in every way. */
async function toldBy(server: { url: string }, client: Client): Promise<string> {
  const joining = await member(server, { sub: 'late' }, { room_id, client_id: 'late' });
  return JSON.stringify([
    await request(client, 'get_operations', { room_id, since: beginning, limit: 1000 }),
    await request(client, 'get_room_state', { room_id }),
    await request(client, 'get_history', { room_id }),
    await request(joining, 'join_room', { room_id, since: beginning }),
    (await call(server, `GET /api/v1/rooms/${room_id}`, { sub: 'eve' })).body,
  ]);
}

/** What a client has that applies entries as the protocol says, and keeps nothing else. */
function followed(content: Feed, { revision, operations }: ServerPayload<'collaboration_update'>): Feed {
  return operations.reduce(
    (before, entry, index) => feed.apply(before, entry as Parameters<typeof feed.apply>[1], revision + index + 1),
    content,
  );
}

for (const [name, open] of Object.entries(stores)) {
  describe(`a message that was edited or deleted, in ${name}`, () => {
    it('says nothing any more: in the log, in its snapshot, and to whoever asks', async () => {
      const log = await open();
      const server = await startServer({ log });
      const ann = await joined(server, 'ann');
      await tell(ann);
      assert.doesNotMatch(await toldBy(server, ann), /secret/);
      await until(async () => !(await stored(log)).includes('secret'));
      assert.match(await stored(log), /beside it.*stays.*third/);
      await until(async () => (await log.load(key)).snapshot?.revision === 8);
    });

    it('is taken out of what was in a snapshot, and of entries that memory has let go', async () => {
      const log = await open();
      const first = await startServer({ log: { ...methodsOf(log), close: async () => {} } });
      const ann = await joined(first, 'ann');
      const message_id = await send(ann, { type: 'message.new', text: 'secret' });
      await send(ann, { type: 'message.new', text: 'stays' });
      await first.close();
      assert.match(JSON.stringify((await log.load(key)).snapshot), /secret/);
      const server = await startServer({ log });
      const again = await joined(server, 'ann');
      await send(again, { type: 'message.deleted', message_id });
      await until(async () => !(await stored(log)).includes('secret'));
      assert.doesNotMatch(await toldBy(server, again), /secret/);
    });

    it('is taken out by who comes next, where the store did not answer before the server ended', async () => {
      const log = await open();
      const refuse = () => Promise.reject(new Refusal('unavailable', 'the store does not answer'));
      const first = await startServer({ log: { ...methodsOf(log), redact: refuse, close: async () => {} } });
      await tell(await joined(first, 'ann'));
      await first.close();
      assert.match(await stored(log), /secret/);
      const server = await startServer({ log });
      const eve = await joined(server, 'eve');
      await until(async () => !(await stored(log)).includes('secret'));
      assert.doesNotMatch(await toldBy(server, eve), /secret/);
    });
  });
}

describe('who was away while messages were edited and deleted', () => {
  it('has the same feed in the end, from any revision on: with our client, and with a plain one', async () => {
    const server = await startServer();
    const ann = await joined(server, 'ann');
    const plain = await joined(server, 'plain');
    const { document } = await request(plain, 'get_room_state', { room_id });
    const updates = collect(plain, 'collaboration_update');
    const ours = new OurClient(server.url, {
      token: tokenFor({ sub: 'ours' }),
      documents: [feeds],
      storage: memoryStorage(),
    });
    cleanup(() => ours.disconnect());
    ours.connect();
    const room = ours.room(room_id);
    await send(ann, { type: 'message.new', text: 'before' });
    await until(() => room.feed.entries.length === 1);
    ours.disconnect();
    await tell(ann);
    await caughtUp(plain);

    const content = (state: RoomState) => state.document?.content as Feed;
    const now = content(await request(ann, 'get_room_state', { room_id }));
    assert.deepEqual(updates.reduce(followed, document?.content as Feed), now);
    const { epoch, revision } = await request(ann, 'get_room_state', { room_id });
    for (let at = 0; at <= revision; at++) {
      const before = updates.flatMap(({ operations }) => operations).slice(0, at);
      const state = await request(plain, 'join_room', { room_id, client_id: 'plain', since: { epoch, revision: at } });
      assert.ok(state.recovered && state.operations);
      const known = { room_id: state.room_id, epoch, revision: 0, operations: before, proof: '' };
      const missed = { ...known, revision: at, operations: state.operations };
      assert.deepEqual([known, missed].reduce(followed, document?.content as Feed), now, `from revision ${at}`);
    }
    ours.connect();
    await until(() => room.feed.status.state === 'synchronized' && room.feed.since.revision === revision);
    assert.deepEqual(room.feed.content, now);
  });

  it('may send again what is redacted since: it is recognised, and committed once', async () => {
    const server = await startServer();
    const ann = await joined(server, 'ann');
    const message_id = await send(ann, { type: 'message.new', text: 'secret' }, 1);
    await send(await joined(server, 'ben'), { type: 'message.reaction', message_id, reaction: '+1', on: true });
    const host = await member(server, { sub: 'hal', rooms: { '*': 'host' } }, { room_id, client_id: 'hal' });
    await send(host, { type: 'message.deleted', message_id });
    assert.equal(await send(ann, { type: 'message.new', text: 'secret' }, 1), message_id);
    assert.equal((await request(ann, 'get_room_state', { room_id })).revision, 3);
  });
});
