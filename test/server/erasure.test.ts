import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { feeds, memoryStorage, Client as OurClient, sessions } from '../../client/index.ts';
import type { Log } from '../../server/logs/log.ts';
import type { Feed } from '../../shared/documents/feed.ts';
import type { Session } from '../../shared/documents/session/content.ts';
import { Refusal } from '../../shared/refusals.ts';
import { cleanup } from '../support/cleanup.ts';
import { call } from '../support/http.ts';
import { methodsOf } from '../support/methodsOf.ts';
import { ann, erase, exported, live, rooms, root, stateOfRoom } from '../support/person.ts';
import { temporaryDirectory } from '../support/process.ts';
import {
  type Client,
  collect,
  connect,
  member,
  next,
  refused,
  request,
  startServer,
  tokenFor,
} from '../support/server.ts';
import { stores } from '../support/stores.ts';
import { until } from '../support/until.ts';

/** All that a store has, but for which rooms were deleted. */
async function stored(log: Log): Promise<string> {
  const all = [];
  for (const { room } of await log.list({ prefix: '', after: '', limit: 1000 })) {
    const loaded = await log.load(room);
    const range = { epoch: loaded.epoch, after: 0, limit: 10_000, bytes: Number.MAX_SAFE_INTEGER };
    all.push(room, loaded, await log.read(room, range), await log.client(room, 'replica-of-hers'));
  }
  return JSON.stringify(all);
}

/** Ann and Ben in a channel: how either says something there. */
async function talking(server: { url: string }): Promise<(sub: string, operation: object) => Promise<string>> {
  const room_id = 'channel:1';
  const clients = new Map<string, Client>();
  for (const [client_id, sub] of [ann, 'ben'].entries())
    clients.set(sub, await member(server, { sub }, { room_id, client_id: `${client_id}` }));
  return async (sub, operation) => {
    const client = clients.get(sub);
    assert.ok(client);
    return String((await request(client, 'collaboration_operation', { room_id, operation })).revision);
  };
}

for (const [name, open] of Object.entries(stores)) {
  describe(`a user who is erased, in ${name}`, () => {
    it('is nowhere any more: messages, marks, reactions, votes, inbox, invitations; what others said stays', async () => {
      const log = await open();
      const server = await startServer({ log });
      const { her, guest } = await live(server);
      assert.ok((await stored(log)).includes(ann));
      const ended = next(her, 'error');
      const removed = next(guest, 'room_removed');
      const { status, body } = await erase(server);
      assert.equal(status, 200);
      assert.deepEqual(body, { ok: true, user_id: ann, rooms: 3, entries: 9, more: false });
      assert.equal((await ended).fatal, true);
      assert.equal((await removed).reason, 'role_withdrawn');
      assert.doesNotMatch(await stored(log), /ann@example\.org|"Ann"|her (other )?secret|a note to her/);

      const feed = await stateOfRoom(server, 'channel:1');
      const { entries, read } = feed.content as Feed;
      assert.deepEqual(
        entries.map(({ text, deleted, reactions }) => ({ text, deleted, reactions })),
        [
          { text: undefined, deleted: true, reactions: {} },
          { text: 'his words', deleted: undefined, reactions: {} },
        ],
      );
      assert.deepEqual(Object.keys(read), ['ben']);
      const { queue } = (await stateOfRoom(server, 'session:1')).content as Session;
      assert.deepEqual(
        queue.map(({ track_id, title, votes }) => [track_id, title, votes.length]),
        [
          ['a', 'A tune', 0],
          ['b', null, 2],
        ],
      );
      const song = await stateOfRoom(server, 'song:1');
      assert.equal(song.content, 'He hummed. She sang. ');
      assert.match(song.operations[0]?.user_id ?? '', /^erased:/);
      for (const room_id of rooms) assert.ok(!JSON.stringify(await stateOfRoom(server, room_id)).includes(ann));
    });

    it('stays erased where a redaction under way reaches the log late: what it had read is not there any more', async () => {
      const log = await open();
      const erased = new EventEmitter();
      const [begun, late] = [once(erased, 'begun'), once(erased, 'late')];
      let redactions = 0;
      const delayed: Log = {
        ...methodsOf(log),
        redact: async (room, redaction) => {
          redactions += 1;
          if (redactions > 1) {
            const answer = await log.redact(room, redaction);
            if (redaction.author) erased.emit('begun');
            return answer;
          }
          await begun;
          const answer = await log.redact(room, redaction);
          erased.emit('late', answer);
          return answer;
        },
        restart: async (room, snapshot) => {
          await late;
          return log.restart(room, snapshot);
        },
      };
      const server = await startServer({ log: delayed });
      const send = await talking(server);
      const message_id = await send(ann, { type: 'message.new', text: 'her secret' });
      await send(ann, { type: 'message.edited', message_id, text: 'her other secret' });
      await until(() => redactions === 1);
      assert.equal((await erase(server)).status, 200);
      assert.deepEqual(await late, [false]);
      assert.doesNotMatch(await stored(log), /ann@example\.org|secret/);
    });

    it('leaves nothing of what others had unsaid, where the server ended before that was out of the log', async () => {
      const log = await open();
      const refuse = () => Promise.reject(new Refusal('unavailable', 'the store does not answer'));
      const first = await startServer({ log: { ...methodsOf(log), redact: refuse, close: async () => {} } });
      const send = await talking(first);
      await send(ann, { type: 'message.new', text: 'her secret' });
      const message_id = await send('ben', { type: 'message.new', text: 'his secret' });
      await send('ben', { type: 'message.edited', message_id, text: 'his words' });
      await first.close();
      assert.match(await stored(log), /his secret/);
      const { body } = await erase(await startServer({ log }));
      assert.equal(body.entries, 1);
      assert.doesNotMatch(await stored(log), /ann@example\.org|secret/);
      assert.match(await stored(log), /his words/);
    });

    it('is erased once: again there is nothing to erase, and nobody has to read anything anew', async () => {
      const server = await startServer({ log: await open() });
      const { ben } = await live(server);
      await erase(server);
      const before = await Promise.all(rooms.map((room_id) => stateOfRoom(server, room_id)));
      const updates = collect(ben, 'collaboration_update');
      assert.deepEqual((await erase(server)).body, { ok: true, user_id: ann, rooms: 0, entries: 0, more: false });
      assert.deepEqual(await Promise.all(rooms.map((room_id) => stateOfRoom(server, room_id))), before);
      assert.equal(updates.length, updates.filter(({ operations }) => operations.length === 0).length);
    });
  });
}

describe('erasing a user', () => {
  it('goes on room by room, each request from where the one before has ended', async () => {
    const server = await startServer();
    await live(server);
    let query = '?limit=1';
    const looked = [];
    for (;;) {
      const { body } = await erase(server, query);
      looked.push([body.rooms, body.entries, body.after]);
      if (!body.more) break;
      query = `?limit=1&after=${encodeURIComponent(body.after)}`;
    }
    assert.deepEqual(looked, [
      [1, 6, 'channel:1'],
      [1, 2, 'session:1'],
      [1, 1, undefined],
    ]);
  });

  it('lets those who are in the room write on: nothing of theirs is lost, and all end with the same', async () => {
    const server = await startServer();
    const client = (sub: string) => {
      const ours = new OurClient(server.url, {
        token: tokenFor({ sub, rooms: { '*': 'host' } }),
        documents: [feeds, sessions],
        storage: memoryStorage(),
      });
      cleanup(() => ours.disconnect());
      ours.connect();
      return ours;
    };
    await live(server);
    const [ben, cyd] = [client('ben'), client('cyd')];
    const there = [ben, cyd].map((each) => rooms.map((room_id) => each.room(room_id)));
    await until(() => there.flat().every(({ state }) => state.status === 'joined'));
    const [texts, [feed]] = [there.map(([, , song]) => song?.text), there[0]?.map((room) => room) ?? []];
    let typed = 0;
    const typing = setInterval(() => {
      typed += 1;
      texts[0]?.insert(0, `b${typed} `);
      texts[1]?.insert(0, `c${typed} `);
      feed?.feed.send(`${typed}`).catch(() => {});
    }, 5);
    await until(() => typed > 20);
    await erase(server);
    const erasedAt = typed;
    await until(() => typed > erasedAt + 20);
    clearInterval(typing);
    await Promise.all(texts.map((text) => text?.stored()));
    await until(() => texts[0]?.text === texts[1]?.text);
    const { content } = await stateOfRoom(server, 'song:1');
    assert.equal(texts[0]?.text, content);
    for (let count = 1; count <= typed; count++)
      for (const who of ['b', 'c']) assert.equal(String(content).split(`${who}${count} `).length, 2, `${who}${count}`);
    await until(() => there.every(([channel]) => channel?.feed.entries.some(({ text }) => text === `${typed}`)));
    for (const [channel, session] of there) {
      assert.ok(!JSON.stringify([channel?.feed.content, session?.session.content]).includes(ann));
    }
    assert.deepEqual(there[0]?.[0]?.feed.content, there[1]?.[0]?.feed.content);
  });

  it('is for administrators of the same tenant, not of oneself, and written into the audit log', async () => {
    const auditLog = `${temporaryDirectory()}/audit`;
    const server = await startServer({ auditLog });
    const { her } = await live(server);
    const path = `/api/v1/users/${encodeURIComponent(ann)}`;
    const { readFile } = await import('node:fs/promises');
    assert.equal((await call(server, `DELETE ${path}`, { sub: 'eve', scope: 'publish' })).status, 403);
    assert.equal((await call(server, `GET ${path}/export`, { sub: 'eve' })).status, 403);
    assert.equal((await call(server, `DELETE ${path}`, { sub: ann, scope: 'admin' })).status, 400);
    const foreign = await call(server, `DELETE ${path}`, { ...root, org_id: 'elsewhere' });
    assert.deepEqual(foreign.body, { ok: true, user_id: ann, rooms: 0, entries: 0, more: false });
    await request(her, 'get_room_state', { room_id: 'song:1' });
    assert.deepEqual(
      (await exported(server, { ...root, org_id: 'elsewhere' })).map(({ type }) => type),
      ['user', 'end'],
    );
    await erase(server);
    assert.match(await readFile(auditLog, 'utf8'), /"action":"erased","by":"root".*"rooms":3,"entries":9/);
  });

  it('leaves a replica of the user nothing to go on with: its name is another one’s', async () => {
    const server = await startServer();
    await live(server);
    await erase(server);
    const her = await connect(server, { sub: ann });
    await refused(her, 'join_room', { room_id: 'song:1', client_id: 'replica-of-hers' }, 'forbidden');
    await member(server, { sub: ann }, { room_id: 'song:1', client_id: 'another' });
  });
});

describe('the export of a user', () => {
  it('has all that would be erased, line by line, and nothing of others', async () => {
    const server = await startServer();
    const { invitation } = await live(server);
    const lines = await exported(server);
    const of = (type: string) => lines.filter((line) => line.type === type);
    assert.deepEqual(
      of('user').map(({ user_id, org_id, blocked_at }) => [user_id, org_id, blocked_at]),
      [[ann, '', null]],
    );
    assert.deepEqual(
      of('invitation').map(({ room_id, id }) => [room_id, id]),
      [['song:1', invitation]],
    );
    const entries = of('entry');
    const inRoom = (room_id: string) => entries.filter((entry) => entry.room_id === room_id);
    assert.deepEqual(
      inRoom('song:1').map(({ operation, revision }) => [operation, revision]),
      [[['She sang. '], 1]],
    );
    assert.deepEqual([inRoom('channel:1').length, inRoom('session:1').length], [4, 2]);
    const documents = Object.fromEntries(of('document').map(({ room_id, content }) => [String(room_id), content]));
    assert.deepEqual(documents['session:1'], {
      added: [{ track_id: 'a', title: 'A tune', duration_ms: null, added_by: ann }],
      voted: ['b'],
    });
    const { messages, reactions, read } = documents['channel:1'] as { [name: string]: unknown };
    assert.deepEqual([(messages as []).length, reactions, read], [1, [{ message_id: '3', reaction: '+1' }], '3']);
    assert.match(JSON.stringify(lines), /a note to her/);
    assert.doesNotMatch(JSON.stringify(lines), /his words|He hummed/);
    const rest = { rooms: 4, entries: 8 };
    assert.deepEqual(lines.at(-1), { type: 'end', ...rest });
    await erase(server);
    assert.deepEqual(
      (await exported(server)).map(({ type }) => type),
      ['user', 'end'],
    );
  });
});
