import assert from 'node:assert/strict';
import type { ClientEventName } from '../../shared/events.ts';
import { call } from '../support/http.ts';
import { RawClient } from '../support/raw.ts';
import {
  ask,
  type Client,
  caughtUp,
  clientOf,
  collect,
  connect,
  member,
  next,
  refused,
  refusedHandshake,
  request,
  startServer,
  tokenFor,
} from '../support/server.ts';
import { until } from '../support/until.ts';

const room_id = 'song:42';

/** The events that each limit counts, and what is sent. */
const counted: { limit: object; event: ClientEventName; payload: unknown }[] = [
  { limit: { limitJoins: '3/60' }, event: 'join_room', payload: { room_id } },
  { limit: { limitJoins: '3/60' }, event: 'get_room_state', payload: { room_id } },
  { limit: { limitJoins: '3/60' }, event: 'get_operations', payload: { room_id, since: { epoch: '', revision: 0 } } },
  { limit: { limitJoins: '3/60' }, event: 'authenticate', payload: { token: tokenFor({ sub: 'ada' }) } },
  { limit: { limitOperations: '3/60' }, event: 'collaboration_operation', payload: { room_id, operation: ['x'] } },
  { limit: { limitOperations: '3/60' }, event: 'ping', payload: {} },
  { limit: { limitMessages: '3/60' }, event: 'broadcast_message', payload: { room_id, message: 1 } },
  { limit: { limitMessages: '3/60' }, event: 'typing', payload: { room_id, is_typing: true } },
];

const joined = (server: { url: string }, claims: object) => member(server, claims, { room_id });

/** Sends an event until it is refused, and tells how often it was not. */
async function acceptedOf(client: Client, event: ClientEventName, payload: unknown): Promise<number> {
  for (let accepted = 0; ; accepted++) {
    const answer = await ask(client, event, payload as never);
    if (answer.ok) continue;
    assert.equal(answer.error.error_code, 'rate_limited');
    assert.ok(answer.error.retry_after_ms && answer.error.retry_after_ms <= 60_000);
    return accepted;
  }
}

describe('a limit', () => {
  for (const { limit, event, payload } of counted) {
    it(`holds for ${event}, says when to come back, and is the user’s alone`, async () => {
      const server = await startServer(limit);
      const ada = await joined(server, { sub: 'ada' });
      const spent = 'limitJoins' in limit ? 1 : 0;
      assert.equal(await acceptedOf(ada, event, payload), 3 - spent);
      const second = await connect(server, { sub: 'ada' });
      await refused(second, event, payload, 'rate_limited');
      const ben = await joined(server, { sub: 'ben' });
      const same = event === 'authenticate' ? { token: tokenFor({ sub: 'ben' }) } : payload;
      assert.ok((await ask(ben, event, same as never)).ok);
    });
  }

  it('is over when its window is', async () => {
    const server = await startServer({ limitMessages: '30/1' });
    const ada = await joined(server, { sub: 'ada' });
    const send = () => ask(ada, 'broadcast_message', { room_id, message: 1 });
    assert.equal(await acceptedOf(ada, 'broadcast_message', { room_id, message: 1 }), 30);
    await until(async () => (await send()).ok);
    assert.equal(await acceptedOf(ada, 'broadcast_message', { room_id, message: 1 }), 29);
  });

  it('is checked before anything else, so that nonsense costs as much', async () => {
    const server = await startServer({ limitMessages: '2/60' });
    const ada = await connect(server, { sub: 'ada' });
    for (let time = 0; time < 2; time++) await refused(ada, 'broadcast_message', { nonsense: 1 }, 'bad_request');
    await refused(ada, 'broadcast_message', { nonsense: 1 }, 'rate_limited');
  });

  it('of cursors drops them, and the newest still arrives', async () => {
    const server = await startServer({ limitCursors: '2/1' });
    const [ada, ben] = [await joined(server, { sub: 'ada' }), await joined(server, { sub: 'ben' })];
    await request(ada, 'collaboration_operation', { room_id, operation: ['twelve tones'] });
    const errors = collect(ada, 'error');
    const moved = collect(ben, 'cursor_moved');
    for (let position = 1; position <= 9; position++) ada.emit('cursor_update', { room_id, position });
    assert.ok((await ask(ada, 'cursor_update', { room_id, position: 10 })).ok);
    const positions = () => moved.flatMap(({ cursors }) => cursors.map(({ position }) => position));
    await until(() => positions().at(-1) === 10);
    assert.ok(positions().length <= 3, String(positions()));
    assert.deepEqual(errors, []);
  });

  it('of 2 ends a connection that has sent 40, and no other', async () => {
    const server = await startServer({ limitMessages: '2/60' });
    const [ada, ben] = [await joined(server, { sub: 'ada' }), await joined(server, { sub: 'ben' })];
    const ended = new Promise((resolve) => ada.once('disconnect', resolve));
    const errors = collect(ada, 'error');
    for (let sent = 0; sent < 50; sent++) ada.emit('broadcast_message', { room_id, message: sent });
    assert.equal(await ended, 'io server disconnect');
    assert.deepEqual(
      errors.map(({ fatal = false }) => fatal),
      [...Array(38).fill(false), true],
    );
    await caughtUp(ben);
  });

  it('ends also a connection that floods with events that there are not', async () => {
    const server = await startServer({ limitOperations: '2/60' });
    const ada = await connect(server, { sub: 'ada' });
    const ended = new Promise((resolve) => ada.once('disconnect', resolve));
    for (let sent = 0; sent < 50; sent++) (ada.emit as (event: string) => void)('drop_table');
    assert.equal(await ended, 'io server disconnect');
  });

  it('of 0 is none', async () => {
    const server = await startServer({ limitMessages: '0' });
    const ada = await joined(server, { sub: 'ada' });
    for (let sent = 0; sent < 200; sent++) ada.emit('broadcast_message', { room_id, message: sent });
    assert.ok((await ask(ada, 'broadcast_message', { room_id, message: 1 })).ok);
  });

  it('holds over HTTP too', async () => {
    const server = await startServer({ limitJoins: '3/60' });
    await joined(server, { sub: 'ada' });
    const read = () => call(server, `GET /api/v1/rooms/${room_id}`, { sub: 'ada' });
    assert.deepEqual([(await read()).status, (await read()).status], [200, 200]);
    const { status, headers } = await read();
    assert.equal(status, 429);
    assert.ok(Number(headers.get('retry-after')) > 0);
    assert.equal((await call(server, `GET /api/v1/rooms/${room_id}`, { sub: 'root', scope: 'admin' })).status, 200);
  });
});

describe('of an address', () => {
  const token = tokenFor({ sub: 'ada' });
  const from = (server: { url: string }, forwarded: string, sent = token) =>
    clientOf(server, { auth: { token: sent }, extraHeaders: { 'X-Forwarded-For': forwarded } });

  async function greeted(client: Client) {
    client.connect();
    return next(client, 'connected');
  }

  it('only so many handshakes are let in, and the refusal says when to come back', async () => {
    const server = await startServer({ limitConnections: '2/60' });
    await connect(server, { sub: 'ada' });
    await connect(server, { sub: 'ben' });
    const refusal = await refusedHandshake(clientOf(server, { auth: { token } }));
    assert.equal(refusal.error_code, 'rate_limited');
    assert.ok(refusal.retry_after_ms && refusal.retry_after_ms > 50_000);
  });

  it('a flood of twenty times as many is cut off before it is asked who it is', async () => {
    const server = await startServer({ limitConnections: '1/60' });
    const opened = await Promise.all(Array.from({ length: 30 }, () => RawClient.open(server)));
    const sessions = opened.filter(({ socket }) => socket.readyState === socket.OPEN);
    assert.equal(sessions.length, 20);
  });

  it('a proxy’s word is believed where it is trusted, and nothing that stands left of it', async () => {
    const server = await startServer({ limitConnections: '1/60', trustProxyHops: 2 });
    await greeted(from(server, '198.51.100.1, 10.0.0.1'));
    await greeted(from(server, '198.51.100.2, 10.0.0.1'));
    for (const forged of ['203.0.113.9, 198.51.100.1, 10.0.0.2', '198.51.100.1:8080, 10.0.0.1']) {
      assert.equal((await refusedHandshake(from(server, forged))).error_code, 'rate_limited');
    }
    await greeted(from(server, '[2001:db8:1:2::1]:443, 10.0.0.1'));
    assert.equal((await refusedHandshake(from(server, '2001:db8:1:2:3::9, 10.0.0.1'))).error_code, 'rate_limited');
    await greeted(from(server, '2001:db8:1:3::1, 10.0.0.1'));
  });

  it('nobody’s word is believed where no proxy is trusted', async () => {
    const server = await startServer({ limitConnections: '1/60' });
    await greeted(from(server, '198.51.100.1'));
    assert.equal((await refusedHandshake(from(server, '198.51.100.2'))).error_code, 'rate_limited');
  });

  it('tokens that are refused are limited, over every way in, and good ones are let in all the same', async () => {
    const server = await startServer({ limitAuthFailures: '3/60' });
    const codes = [];
    for (let attempt = 0; attempt < 4; attempt++)
      codes.push((await refusedHandshake(from(server, '', 'x'))).error_code);
    assert.deepEqual(codes, ['unauthorized', 'unauthorized', 'unauthorized', 'rate_limited']);
    const init = { headers: { Authorization: 'Bearer x' } };
    assert.equal((await call(server, 'GET /api/v1/rooms', undefined, init)).status, 429);
    const ada = await connect(server, { sub: 'ada' });
    await refused(ada, 'authenticate', { token: 'x' }, 'rate_limited');
    await request(ada, 'authenticate', { token });
  });
});
