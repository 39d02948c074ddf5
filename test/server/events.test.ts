import assert from 'node:assert/strict';
import { z } from 'zod';
import { defineEvents, sharedEvents } from '../../client/events.ts';
import { memoryStorage } from '../../client/index.ts';
import { createMemoryLog } from '../../server/logs/memory.ts';
import { call } from '../support/http.ts';
import { follow, hear, jam, kinds, player } from '../support/jam.ts';
import { freePort } from '../support/ports.ts';
import { refusal } from '../support/refusal.ts';
import { caughtUp, collect, member, refused, request, startServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const room_id = 'jam:1';
const key = `/${room_id}`;
const viewer = { rooms: { '*': 'viewer' } };

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('the events of an application', () => {
  it('are heard once and in order, one’s own among them, with who emitted them and when', async () => {
    const server = await startServer({ kinds });
    const [ann, ben] = [player(server, { sub: 'ann' }), player(server, { sub: 'ben' })];
    const claps: unknown[] = [];
    ben.events.on('clap', (clap) => claps.push(clap));
    await until(() => ben.client.room(room_id).state.status === 'joined');
    const note = { pitch: 0 };
    for (note.pitch = 1; note.pitch <= 100; note.pitch++) ann.events.emit('note', note);
    assert.ok((await ann.events.emit('clap', 'bravo')) >= 2, 'many in one message, at most ten messages a second');
    await until(() => claps.length === 1);
    assert.deepEqual([ann.heard, ben.heard], [numbers(1, 100), numbers(1, 100)]);
    const [clap] = claps as [{ id: string; timestamp: number }];
    const { client_id, since } = ann.events;
    assert.deepEqual(clap, { ...clap, data: 'bravo', user_id: 'ann', client_id });
    assert.match(clap.id, new RegExp(`^${since.epoch}-${since.revision}\\.\\d+$`));
    assert.ok(Math.abs(clap.timestamp - Date.now()) < 60_000);
  });

  it('that are not durable reach who is in the room now, and are stored nowhere', async () => {
    const server = await startServer({ kinds });
    const [ann, ben] = [player(server, { sub: 'ann' }), player(server, { sub: 'ben' })];
    const waves: unknown[] = [];
    ben.events.on('wave', ({ data, user_id }) => waves.push([data.x, user_id]));
    await until(() => ben.client.room(room_id).participants.length === 2);
    await ann.events.emit('wave', { x: 1 });
    await server.room(room_id).events(jam).emit('wave', { x: 2 });
    await until(() => waves.length === 2);
    assert.deepEqual(waves, [
      [1, 'ann'],
      [2, 'server'],
    ]);
    assert.equal(ann.events.since.revision, 0);
  });

  it('of which the data is not as declared are refused in the schema’s words, and change nothing', async () => {
    const server = await startServer({ kinds });
    const ann = player(server, { sub: 'ann' });
    const bad = [
      refusal(ann.events.emit('note', { pitch: 1.5 })),
      refusal(ann.events.emit('clap', 'much too long')),
      // @ts-expect-error: there is none of that name.
      refusal(ann.events.emit('drum', 1)),
      // @ts-expect-error: a pitch is a number.
      refusal(ann.events.emit('note', { pitch: 'high' })),
    ];
    assert.deepEqual(await Promise.all(bad), [
      ['bad_request', 'event.data.pitch: Invalid input: expected int, received number'],
      ['bad_request', 'event.data.word: at most ten letters'],
      ['bad_request', 'event.type: expected one of note, clap, end, wave, nod'],
      ['bad_request', 'event.data.pitch: Invalid input: expected number, received string'],
    ]);
    const plain = await member(server, { sub: 'ben' }, { room_id });
    for (const [operation, message] of [
      [{ type: 'note', data: { pitch: 128 } }, 'operation.data.pitch: Too big: expected number to be <=127'],
      [
        [{ type: 'clap', data: 'ok' }, { type: 'note' }],
        'operation.1.data: Invalid input: expected object, received undefined',
      ],
      [{ type: 'wave', data: { x: 1 } }, 'operation.type: expected a durable event, wave is none'],
      [{ type: 'toString' }, 'operation.type: expected one of note, clap, end, wave, nod'],
      [[], 'operation: expected an event, or a list of events'],
      ['note', 'operation: expected an object'],
      [
        { type: 'note', data: { pitch: 1, on: '\ud800' } },
        'operation.data: expected text without half surrogate pairs',
      ],
    ] as const)
      assert.equal(
        (await refused(plain, 'collaboration_operation', { room_id, operation }, 'bad_request')).message,
        message,
      );
    for (const message of [
      { type: 'wave', data: { x: '1' } },
      { type: 'note', data: { pitch: 1 } },
      'hello',
      Buffer.alloc(1),
    ])
      await refused(plain, 'broadcast_message', { room_id, message }, 'bad_request');
    const long = { type: 'note', data: { pitch: 1, on: 'x'.repeat(11 * 1024) } };
    await refused(plain, 'collaboration_operation', { room_id, operation: long }, 'too_large');
    await refused(plain, 'broadcast_message', { room_id, message: long }, 'too_large');
    assert.deepEqual(await refusal(server.room(room_id).events(jam).emit('note', { pitch: -1 })), [
      'bad_request',
      'operation.data.pitch: Too small: expected number to be >=0',
    ]);
    assert.equal((await request(plain, 'get_room_state', { room_id })).revision, 0);
  });

  it('whose schema does not answer at once are refused, and the process goes on', async () => {
    const validate = () => Promise.reject(new Error('the database is away'));
    const schema = { '~standard': { version: 1, vendor: 'tests', validate } } as const;
    const late = defineEvents({ one: { schema, durable: true } });
    const server = await startServer({ kinds: { jam: { type: late } } });
    const plain = await member(server, { sub: 'ben' }, { room_id });
    await refused(plain, 'collaboration_operation', { room_id, operation: { type: 'one', data: 1 } }, 'internal');
    await caughtUp(plain);
  });

  it('need the role that is declared: of several in one message each its own', async () => {
    const server = await startServer({ kinds });
    const [ann, ben] = [player(server, { sub: 'ann', ...viewer }), player(server, { sub: 'ben' })];
    const nods: string[] = [];
    ben.events.on('nod', ({ data }) => nods.push(data));
    const refusals: unknown[] = [];
    ann.events.on('refused', ({ operation }) => refusals.push(operation));
    await until(() => ben.client.room(room_id).participants.length === 2);
    const emitted = [
      ann.events.emit('clap', 'one'),
      ann.events.emit('note', { pitch: 1 }),
      ann.events.emit('clap', 'two'),
    ];
    const outcomes = await Promise.allSettled(emitted);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    assert.deepEqual(refusals, [[{ type: 'note', data: { pitch: 1 } }]]);
    assert.equal((await refusal(ann.events.emit('wave', { x: 1 })))[0], 'forbidden');
    assert.equal((await refusal(ben.events.emit('end')))[0], 'forbidden');
    await ann.events.emit('nod', 'yes');
    await until(() => nods.length === 1);
    let ended = 0;
    ann.events.on('end', () => (ended += 1));
    await server.room(room_id).events(jam).emit('end', undefined);
    await until(() => ended === 1);
  });

  it('are all that a plain client of Socket.IO needs as JSON', async () => {
    const server = await startServer({ kinds });
    const [ann, ben] = [
      await member(server, { sub: 'ann' }, { room_id }),
      await member(server, { sub: 'ben' }, { room_id }),
    ];
    const [updates, messages] = [collect(ben, 'collaboration_update'), collect(ben, 'room_message')];
    const operation = { type: 'note', data: { pitch: 60, loud: true } };
    const { revision } = await request(ann, 'collaboration_operation', { room_id, operation, sequence: 1 });
    await request(ann, 'broadcast_message', { room_id, message: { type: 'wave', data: { x: 1 } } });
    await caughtUp(ben);
    const [update] = updates;
    assert.deepEqual(
      [revision, update?.operations[0]?.operation],
      [1, [{ type: 'note', data: { pitch: 60, on: 'piano' } }]],
      'with what the schema makes of it',
    );
    assert.deepEqual(messages[0]?.message, { type: 'wave', data: { x: 1 } });
    const state = await request(ben, 'get_room_state', { room_id });
    assert.deepEqual(state.document, { type: 'events', content: {} });
    const missed = await request(ben, 'get_operations', { room_id, since: { epoch: state.epoch, revision: 0 } });
    assert.equal(missed.operations?.length, 1);
  });
});

describe('a durable event', () => {
  it('is heard once and in order, in both directions, where the server goes and comes back', async () => {
    const [log, port] = [createMemoryLog(), await freePort()];
    const start = () => startServer({ kinds, log, port });
    let server = await start();
    const [ann, ben] = [player(server, { sub: 'ann' }), player(server, { sub: 'ben' })];
    let next = 0;
    const emitted: Promise<number>[] = [];
    for (let round = 0; round < 3; round++) {
      for (let note = 0; note < 20; note++) emitted.push(ann.events.emit('note', { pitch: ++next }));
      await emitted.at(-20);
      await server.close();
      for (let note = 0; note < 10; note++) emitted.push(ann.events.emit('note', { pitch: ++next }));
      server = await start();
      await server.room(room_id).events(jam).emit('clap', 'here again');
    }
    await Promise.all(emitted);
    await until(() => ben.heard.length >= next);
    assert.deepEqual([ann.heard, ben.heard], [numbers(1, next), numbers(1, next)]);
  });

  it('that came while a page was loaded anew is heard when somebody listens there, as are more than an answer carries', async () => {
    const server = await startServer({ kinds });
    const [storage, ann] = [memoryStorage(), player(server, { sub: 'ann' })];
    const before = player(server, { sub: 'ben' }, { storage });
    await until(() => before.client.room(room_id).state.status === 'joined');
    await ann.events.emit('note', { pitch: 1 });
    await until(() => before.heard.length === 1);
    await before.leave();
    const large = 'x'.repeat(9_000);
    const notes = numbers(2, 127).flatMap((pitch) => [pitch, pitch]);
    const { room } = server;
    for (const pitch of notes) await room(room_id).events(jam).emit('note', { pitch, on: large });
    const after = player(server, { sub: 'ben' }, { storage, hears: false });
    await until(() => after.client.room(room_id).state.status === 'joined');
    await ann.events.emit('note', { pitch: 0 });
    assert.equal(await after.events.emit('clap', 'I am back'), notes.length + 3, 'what is emitted needs no listener');
    assert.deepEqual(after.heard, []);
    hear(after);
    await until(() => after.heard.length >= notes.length + 1);
    assert.deepEqual(after.heard, [...notes, 0]);
  });

  it('that the log does not have any more is told as a gap', async () => {
    const [log, port] = [createMemoryLog(), await freePort()];
    const start = () => startServer({ kinds, log, port });
    const server = await start();
    const storage = memoryStorage();
    const page = player(server, { sub: 'cid' }, { storage });
    const ben = player(server, { sub: 'ben' });
    const gaps: unknown[] = [];
    ben.events.on('gap', (gap) => gaps.push(gap));
    await until(
      () => ben.client.room(room_id).state.status === 'joined' && page.client.room(room_id).state.status === 'joined',
    );
    await server.room(room_id).events(jam).emit('note', { pitch: 1 });
    await until(() => ben.heard.length === 1 && page.heard.length === 1);
    await page.leave();
    ben.client.disconnect();
    for (const pitch of numbers(2, 10)) await server.room(room_id).events(jam).emit('note', { pitch });
    await server.close();
    const { epoch, revision, proofs = [] } = await log.load(key);
    await log.snapshot(key, { epoch, revision, content: {}, proof: proofs.at(-1) ?? '' }, { entries: 3, bytes: 1 });
    const again = await start();
    const late = player(again, { sub: 'cid' }, { storage, hears: false });
    ben.client.connect();
    await until(
      () => late.client.room(room_id).state.status === 'joined' && ben.client.room(room_id).state.status === 'joined',
    );
    hear(late);
    await until(() => late.heard.length === 1);
    await again.room(room_id).events(jam).emit('note', { pitch: 11 });
    await until(() => ben.heard.includes(11) && late.heard.includes(11));
    assert.deepEqual([ben.heard, late.heard, gaps], [[1, 'gap', 11], ['gap', 11], [{ missed: 9 }]]);
  });

  it('is heard from the first listener on, or on each page from the start', async () => {
    const server = await startServer({ kinds });
    const early = server.room(room_id).events(jam);
    for (const pitch of numbers(1, 3)) await early.emit('note', { pitch });
    const late = player(server, { sub: 'ann' }, { hears: false });
    await until(() => late.client.room(room_id).state.status === 'joined');
    await early.emit('note', { pitch: 4 });
    await until(() => late.events.since.revision === 4);
    hear(late);
    const whole = sharedEvents(jam, 'jam', 'start');
    const storage = memoryStorage();
    const pages = [1, 2].map(() => player(server, { sub: 'ben' }, { storage, documents: whole }));
    await early.emit('note', { pitch: 5 });
    await until(() => late.heard.length > 0 && pages.every(({ heard }) => heard.length === 5));
    assert.deepEqual([late.heard, ...pages.map(({ heard }) => heard)], [[5], numbers(1, 5), numbers(1, 5)]);
    for (const page of pages) await page.leave();
    const again = player(server, { sub: 'ben' }, { storage, documents: whole });
    await until(() => again.heard.length === 5);
  });
});

describe('a server that follows the events of a room', () => {
  it('has each once and in order, and goes on behind the last that it knows', async () => {
    const log = createMemoryLog();
    const server = await startServer({ kinds, log });
    const ann = player(server, { sub: 'ann' });
    const { events } = server.room(room_id);
    const seen: [number, string][] = [];
    const waves: number[] = [];
    const end = follow(server, (event) => {
      if (event.name === 'note') seen.push([event.data.pitch, event.id]);
      if (event.name === 'wave') waves.push(event.data.x);
    });
    await until(() => ann.client.room(room_id).state.status === 'joined');
    await ann.events.emit('wave', { x: 1 });
    for (const pitch of numbers(1, 50)) ann.events.emit('note', { pitch });
    await events(jam).emit('note', { pitch: 51 }, { key: 'once' });
    await events(jam).emit('note', { pitch: 51 }, { key: 'once' });
    await until(() => seen.length === 51 && waves.length === 1);
    await end();
    const order = seen.map(([pitch]) => pitch);
    assert.deepEqual(
      order.toSorted((one, other) => one - other),
      numbers(1, 51),
    );
    await server.close();

    const next = await startServer({ kinds, log });
    const after = seen.at(20)?.[1];
    const rest: number[] = [];
    for await (const event of next.room(room_id).events(jam).follow({ after })) {
      if (event.name === 'note') rest.push(event.data.pitch);
      if (rest.length === 30) break;
    }
    assert.deepEqual(rest, order.slice(21));
    const waiting = next
      .room(room_id)
      .events(jam)
      .follow({ after: seen.at(-1)?.[1] })
      .next();
    await next.close();
    assert.equal((await waiting).done, true);
  });

  it('is told of a gap where the room was deleted, and hears what comes after', async () => {
    const server = await startServer({ kinds });
    const { events } = server.room(room_id);
    await events(jam).emit('note', { pitch: 1 });
    const following = events(jam).follow();
    const first = following.next();
    await events(jam).emit('note', { pitch: 2 });
    const { value } = await first;
    assert.equal(value?.name === 'note' && value.data.pitch, 2);
    const second = following.next();
    assert.equal((await call(server, `DELETE /api/v1/rooms/${room_id}`, { sub: 'root', scope: 'admin' })).status, 200);
    assert.deepEqual((await second).value, { name: 'gap', missed: undefined });
    const third = following.next();
    await events(jam).emit('note', { pitch: 3 });
    assert.equal(((await third).value as { name: string }).name, 'note');
    await following.return();
  });
});

describe('defineEvents', () => {
  it('takes no name that the client has for something else', () => {
    for (const name of ['change', 'status', 'refused', 'gap', ''])
      assert.throws(() => defineEvents({ [name]: { schema: z.string() } }), /expected another name/);
  });
});
