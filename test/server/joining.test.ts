import assert from 'node:assert/strict';
import { EventEmitter, on } from 'node:events';
import type { Identity } from '../../server/access/identity.ts';
import { createMemoryLog } from '../../server/logs/memory.ts';
import type { Role } from '../../shared/rooms.ts';
import { cleanup } from '../support/cleanup.ts';
import { call } from '../support/http.ts';
import { UnreliableProxy } from '../support/proxy.ts';
import {
  ask,
  type Client,
  caughtUp,
  collect,
  connect,
  next,
  refused,
  request,
  startServer,
  tokenFor,
} from '../support/server.ts';
import { until } from '../support/until.ts';

const room_id = 'song:42';
const admin = { sub: 'root', scope: 'admin' };

/** A question of the server's to its application: whether someone may enter a room. */
interface Question {
  room_id: string;
  answer(role?: Role): void;
}

/** A server whose application answers only when the test says so; whoever's token names rooms need not wait. */
async function startSlow() {
  const questions = new EventEmitter();
  const authorize = (_: Identity, about: string) =>
    new Promise<Role | undefined>((answer) => questions.emit('asked', { room_id: about, answer }));
  const server = await startServer({ authorize });
  const coming = on(questions, 'asked');
  /** The next question. */
  const asked = async (): Promise<Question> => (await coming.next()).value[0];
  const slowly = (sub: string) => connect(server, { sub, rooms: {} });
  return { server, asked, slowly };
}

/** A server whose log loads songs only when the test says so. */
async function startSlowLog() {
  const log = createMemoryLog();
  const load = log.load.bind(log);
  let loading = 0;
  let allow = () => {};
  const allowed = new Promise<void>((resolve) => {
    allow = resolve;
  });
  log.load = async (room) => {
    if (!room.includes('/song:')) return load(room);
    loading += 1;
    await allowed;
    return load(room);
  };
  const server = await startServer({ log });
  return { server, loads: { allow, isLoading: (count: number) => until(() => loading === count) } };
}

/** All that a client is told of a room, by name. */
function newsOf(client: Client, room = room_id): string[] {
  const heard: string[] = [];
  client.onAny((event: string, payload: { room_id?: string }) => {
    if (payload.room_id === room) heard.push(event);
  });
  return heard;
}

describe('a room that is left while its join is under way', () => {
  it('has nobody in it: the leave is answered, the join refused, and nobody hears of either', async () => {
    const { server, asked, slowly } = await startSlow();
    const ben = await connect(server, { sub: 'ben' });
    await request(ben, 'join_room', { room_id });
    const told = newsOf(ben);
    const ada = await slowly('ada');
    const join = ask(ada, 'join_room', { room_id });
    const question = await asked();
    assert.deepEqual(await ask(ada, 'leave_room', { room_id: '42' }), { ok: true, room_id });
    await refused(ada, 'leave_room', { room_id }, 'not_found');
    const answer = await join;
    assert.equal(!answer.ok && answer.error.error_code, 'conflict');
    question.answer('editor');
    await refused(ada, 'get_room_state', { room_id }, 'not_found');
    const { participants } = await request(ben, 'get_room_state', { room_id });
    assert.deepEqual(
      participants.map(({ user_id }) => user_id),
      ['ben'],
    );
    // Whoever had come or gone would have been told of before.
    await request(await connect(server, { sub: 'eve' }), 'join_room', { room_id });
    await until(() => told.length > 0);
    assert.deepEqual(told, ['user_joined']);
  });

  it('is told so by events where there are no callbacks', async () => {
    const { asked, slowly } = await startSlow();
    const ada = await slowly('ada');
    const [left, error] = [next(ada, 'room_left'), next(ada, 'error')];
    ada.emit('join_room', { room_id });
    const question = await asked();
    ada.emit('leave_room', { room_id });
    assert.deepEqual(await left, { room_id });
    const { error_code, event } = await error;
    assert.deepEqual([error_code, event], ['conflict', 'join_room']);
    question.answer('editor');
    await refused(ada, 'get_room_state', { room_id }, 'not_found');
  });

  it('can be joined anew at once, whatever becomes of the first join', async () => {
    const { asked, slowly } = await startSlow();
    const ada = await slowly('ada');
    const first = ask(ada, 'join_room', { room_id, client_id: 'first' });
    const old = await asked();
    ada.emit('leave_room', { room_id });
    const second = ask(ada, 'join_room', { room_id, client_id: 'second' });
    (await asked()).answer('editor');
    assert.equal((await second).ok, true);
    assert.equal((await first).ok, false);
    old.answer('viewer');
    const { participants, role } = await request(ada, 'get_room_state', { room_id });
    assert.equal(role, 'editor');
    assert.equal(participants[0]?.connections, 1);
  });

  it('counts for none of the rooms that a connection may have: sixty are clicked through', async () => {
    const { server, loads } = await startSlowLog();
    const ada = await connect(server, { sub: 'ada' });
    const joins: Promise<boolean>[] = [];
    for (let at = 0; at < 60; at++) {
      joins.push(ask(ada, 'join_room', { room_id: `song:${at}` }).then(({ ok }) => ok));
      await loads.isLoading(at + 1);
      if (at < 59) await request(ada, 'leave_room', { room_id: `song:${at}` });
    }
    loads.allow();
    assert.deepEqual(await Promise.all(joins), [...Array(59).fill(false), true]);
  });

  it('is left over a slow network too: nobody is a ghost', async () => {
    const server = await startServer();
    const proxy = await UnreliableProxy.open(() => server);
    cleanup(() => proxy.close());
    proxy.delay = 80;
    const ben = await connect(server, { sub: 'ben' });
    await request(ben, 'join_room', { room_id });
    const ada = await connect(proxy, { sub: 'ada' });
    for (let time = 0; time < 10; time++) {
      void ask(ada, 'join_room', { room_id });
      ada.emit('leave_room', { room_id });
    }
    await caughtUp(ada);
    assert.equal((await request(ben, 'get_room_state', { room_id })).participant_count, 1);
    await refused(ada, 'get_room_state', { room_id }, 'not_found');
  });

  it('is not entered by a connection that has ended', async () => {
    const { server, asked, slowly } = await startSlow();
    const ben = await connect(server, { sub: 'ben' });
    await request(ben, 'join_room', { room_id });
    const ada = await slowly('ada');
    ada.emit('join_room', { room_id });
    const question = await asked();
    ada.disconnect();
    await until(async () => (await call(server, 'GET /api/v1/users/ada/presence', admin)).body.online === false);
    question.answer('editor');
    await caughtUp(ben);
    assert.equal((await request(ben, 'get_room_state', { room_id })).participant_count, 1);
  });
});

describe('a join that is under way', () => {
  it('is refused where its user is kicked meanwhile; the next one, when it was let in again, is decided anew', async () => {
    const { server, asked, slowly } = await startSlow();
    const ada = await slowly('ada');
    const join = ask(ada, 'join_room', { room_id });
    const stale = await asked();
    const { status } = await call(server, `DELETE /api/v1/rooms/${room_id}/participants/ada`, admin);
    assert.equal(status, 200);
    const answer = await join;
    assert.equal(!answer.ok && answer.error.error_code, 'forbidden');
    stale.answer('host');
    await refused(ada, 'join_room', { room_id }, 'forbidden');
    await call(server, `PUT /api/v1/rooms/${room_id}/participants/ada`, admin);
    const again = ask(ada, 'join_room', { room_id });
    (await asked()).answer('viewer');
    const state = await again;
    assert.equal(state.ok && state.role, 'viewer');
  });

  it('is decided by the newest token, also where that came while somebody was asked', async () => {
    const { asked, slowly } = await startSlow();
    const ada = await slowly('ada');
    const join = ask(ada, 'join_room', { room_id });
    const stale = await asked();
    await request(ada, 'authenticate', { token: tokenFor({ sub: 'ada', rooms: { [room_id]: 'viewer' } }) });
    stale.answer('host');
    const state = await join;
    assert.equal(state.ok && state.role, 'viewer');
  });

  it('enters a room that was deleted meanwhile as it is now: empty', async () => {
    const { server, asked, slowly } = await startSlow();
    const ben = await connect(server, { sub: 'ben' });
    await request(ben, 'join_room', { room_id });
    await request(ben, 'collaboration_operation', { room_id, operation: ['x'] });
    const ada = await slowly('ada');
    const join = ask(ada, 'join_room', { room_id });
    const question = await asked();
    await call(server, `DELETE /api/v1/rooms/${room_id}`, admin);
    question.answer('editor');
    const state = await join;
    assert.deepEqual(state.ok && [state.revision, state.participant_count], [0, 1]);
  });

  it('holds up no other room of its connection, neither its reads nor its joins', async () => {
    const { asked, slowly } = await startSlow();
    const ada = await slowly('ada');
    const hanging = ask(ada, 'join_room', { room_id });
    const question = await asked();
    const other = ask(ada, 'join_room', { room_id: 'task:1' });
    (await asked()).answer('editor');
    assert.equal((await other).ok, true);
    await request(ada, 'get_room_state', { room_id: 'task:1' });
    await request(ada, 'get_history', { room_id: 'task:1' });
    await request(ada, 'get_operations', { room_id: 'task:1', since: { epoch: '', revision: 0 } });
    await request(ada, 'get_participants', { room_id: 'task:1' });
    question.answer('editor');
    assert.equal((await hanging).ok, true);
  });

  it('comes before the reads of its room that were sent after it', async () => {
    const { asked, slowly } = await startSlow();
    const ada = await slowly('ada');
    const order: string[] = [];
    const answers = [
      ask(ada, 'join_room', { room_id }).then(({ ok }) => order.push(`join ${ok}`)),
      ask(ada, 'get_room_state', { room_id }).then(({ ok }) => order.push(`state ${ok}`)),
      ask(ada, 'join_room', { room_id }).then(({ ok }) => order.push(`again ${ok}`)),
    ];
    for (let time = 0; time < 2; time++) (await asked()).answer('editor');
    await Promise.all(answers);
    assert.deepEqual(order, ['join true', 'state true', 'again true']);
  });

  it('waits in vain a thousand times and no more', async () => {
    const { server, loads } = await startSlowLog();
    const ada = await connect(server, { sub: 'ada' });
    for (let time = 0; time < 1000; time++) {
      ada.emit('join_room', { room_id });
      if (time === 0) await loads.isLoading(1);
      else await caughtUp(ada);
      await request(ada, 'leave_room', { room_id });
    }
    await refused(ada, 'join_room', { room_id }, 'rate_limited');
    loads.allow();
    await until(async () => (await ask(ada, 'join_room', { room_id })).ok);
  });
});

describe('an answer that comes too late', () => {
  it('is that to a token which came before a newer one', async () => {
    const tokens: (() => void)[] = [];
    let slow = false;
    const server = await startServer({
      authenticate: async () => {
        if (slow) await new Promise<void>((resolve) => tokens.push(resolve));
      },
    });
    const ada = await connect(server, { sub: 'ada' });
    slow = true;
    const older = ask(ada, 'authenticate', { token: tokenFor({ sub: 'ada' }, { expiresIn: '1h' }) });
    await until(() => tokens.length === 1);
    slow = false;
    const { expires_at } = await request(ada, 'authenticate', {
      token: tokenFor({ sub: 'ada' }, { expiresIn: '2h' }),
    });
    tokens[0]?.();
    const answer = await older;
    assert.equal(answer.ok && answer.expires_at, expires_at);
  });

  it('is that to a list of people which came before a later one', async () => {
    const { server, asked, slowly } = await startSlow();
    const ada = await slowly('ada');
    const older = ask(ada, 'presence_subscribe', { user_ids: ['ben'] });
    const stale = await asked();
    const newer = ask(ada, 'presence_subscribe', { user_ids: ['eve'] });
    (await asked()).answer('viewer');
    assert.deepEqual(await newer, { ok: true, online: [] });
    stale.answer('viewer');
    const answer = await older;
    assert.equal(!answer.ok && answer.error.error_code, 'conflict');
    const online = collect(ada, 'user_online');
    await connect(server, { sub: 'ben' });
    await connect(server, { sub: 'eve' });
    await until(() => online.length > 0);
    assert.deepEqual(
      online.map(({ user_id }) => user_id),
      ['eve'],
    );
  });

  it('is a cursor’s that was over the limit, in a room that was left', async () => {
    const server = await startServer({ limitCursors: '1/1' });
    const ada = await connect(server, { sub: 'ada' });
    const ben = await connect(server, { sub: 'ben' });
    for (const client of [ada, ben]) {
      await request(client, 'join_room', { room_id });
      await request(client, 'join_room', { room_id: 'song:other' });
    }
    const errors = collect(ada, 'error');
    for (const position of [0, null, 0]) await request(ada, 'cursor_update', { room_id, position });
    await request(ada, 'cursor_update', { room_id: 'song:other', position: 0 });
    await request(ada, 'leave_room', { room_id });
    // That of the other room comes when there are points for it.
    await next(ben, 'cursor_moved');
    while ((await request(ben, 'get_room_state', { room_id: 'song:other' })).cursors.length === 0) {
      await next(ben, 'cursor_moved');
    }
    await caughtUp(ada);
    assert.deepEqual(errors, []);
  });
});
