import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { call } from '../support/http.ts';
import { captured } from '../support/logger.ts';
import { temporaryDirectory } from '../support/process.ts';
import {
  clientOf,
  connect,
  next,
  refused,
  refusedHandshake,
  request,
  startServer,
  tokenFor,
} from '../support/server.ts';
import { until } from '../support/until.ts';

const room_id = 'song:42';

/** The metrics by their names, labels included. */
async function metricsOf(server: { url: string }): Promise<Record<string, number>> {
  const { body } = await call(server, 'GET /metrics');
  const lines = (body as string).split('\n').filter((line) => line && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
  );
}

describe('the metrics', () => {
  it('count what happens', async () => {
    const server = await startServer();
    const [ada, ben] = [await connect(server, { sub: 'ada' }), await connect(server, { sub: 'ben' })];
    for (const client of [ada, ben]) await request(client, 'join_room', { room_id });
    const update = next(ben, 'collaboration_update');
    await request(ada, 'collaboration_operation', { room_id, operation: ['x'], revision: 0 });
    await update;
    await request(ben, 'collaboration_operation', { room_id, operation: ['y'], revision: 0 });
    await refused(ben, 'leave_room', { room_id: 'song:other' }, 'not_found');
    await refusedHandshake(clientOf(server, { auth: { token: 'x' } }));
    const metrics = await until(async () => {
      const read = await metricsOf(server);
      return read.tutti_frame_operations_count === 2 && read;
    });
    const expected = {
      tutti_connections: 2,
      tutti_users: 2,
      tutti_rooms: 1,
      tutti_operations_total: 2,
      tutti_queued_operations: 0,
      tutti_waiting_bytes: 0,
      tutti_append_seconds_count: 2,
      tutti_transform_depth_sum: 1,
      tutti_frame_operations_count: 2,
      'tutti_refusals_total{error_code="not_found"}': 1,
      'tutti_refusals_total{error_code="unauthorized"}': 1,
    };
    for (const [name, value] of Object.entries(expected)) assert.equal(metrics[name], value, name);
    assert.ok((metrics.tutti_deliveries_total ?? 0) >= 3);
    assert.ok((metrics.tutti_event_loop_delay_seconds ?? -1) >= 0);
    assert.ok((metrics.process_cpu_seconds_total ?? 0) > 0);
  });

  it('are for who has the token, where one is set', async () => {
    const server = await startServer({ metricsToken: 'swordfish' });
    assert.equal((await call(server, 'GET /metrics')).status, 401);
    const wrong = { headers: { Authorization: 'Bearer swordfisH' } };
    assert.equal((await call(server, 'GET /metrics', undefined, wrong)).status, 401);
    const right = { headers: { Authorization: 'Bearer swordfish' } };
    assert.equal((await call(server, 'GET /metrics', undefined, right)).status, 200);
  });
});

describe('the log', () => {
  it('has one line for a connection’s start, one for its end, and one for a refused handshake', async () => {
    const { lines, logger } = captured();
    const server = await startServer({ logger });
    const ada = await connect(server, { sub: 'ada', org_id: 'band' });
    await refusedHandshake(clientOf(server, { auth: { token: 'x' } }));
    ada.disconnect();
    await until(() => lines.length >= 3);
    const [start, refusal, end] = lines;
    assert.deepEqual([start?.msg, start?.user_id, start?.org_id], ['connected', 'ada', 'band']);
    assert.equal(start?.address, '127.0.0.1');
    assert.deepEqual([refusal?.msg, refusal?.error_code], ['handshake refused', 'unauthorized']);
    assert.deepEqual([end?.msg, end?.connection, end?.user_id], ['disconnected', start?.connection, 'ada']);
    assert.equal(typeof end?.duration_ms, 'number');
    assert.equal(lines.length, 3);
  });

  it('never has a token, wherever one came in', async () => {
    const { lines, logger } = captured();
    const token = tokenFor({ sub: 'ada' });
    const auditLog = join(temporaryDirectory(), 'audit', 'log');
    const server = await startServer({
      logger,
      auditLog,
      authorize: () => {
        throw new Error(`no such token: ${token}`);
      },
    });
    for (const options of [{ auth: { token } }, { query: { token } }, { extraHeaders: { Authorization: token } }]) {
      const client = clientOf(server, options);
      client.connect();
      await next(client, 'connected');
      await request(client, 'join_room', { room_id });
    }
    const eve = await connect(server, { sub: 'eve', rooms: {} });
    await refused(eve, 'join_room', { room_id }, 'internal');
    await refusedHandshake(clientOf(server, { auth: { token: `${token}x` } }));
    const metrics = (await call(server, 'GET /metrics')).body;
    const all = JSON.stringify(lines) + readFileSync(auditLog, 'utf8') + metrics;
    assert.match(all, /no such token: \[token\]/);
    assert.ok(!all.includes(token.split('.')[1] as string) && !all.includes(token.split('.')[2] as string));
  });

  it('for auditors says who came, joined, was refused, kicked, disconnected, and what was deleted', async () => {
    const auditLog = join(temporaryDirectory(), 'audit.log');
    const server = await startServer({ auditLog });
    const admin = { sub: 'root', scope: 'admin' };
    const ada = await connect(server, { sub: 'ada' });
    await request(ada, 'join_room', { room_id });
    await request(ada, 'collaboration_operation', { room_id, operation: ['x'] });
    await refusedHandshake(clientOf(server, { auth: { token: 'x' } }));
    await call(server, `DELETE /api/v1/rooms/${room_id}/participants/ada`, admin);
    await call(server, `DELETE /api/v1/rooms/${room_id}`, admin);
    await call(server, 'DELETE /api/v1/users/ada/connections', admin);
    const lines = readFileSync(auditLog, 'utf8').trim().split('\n');
    const audited = lines.map((line) => JSON.parse(line));
    assert.deepEqual(
      audited.map(({ action }) => action),
      ['connected', 'joined', 'refused', 'kicked', 'room_deleted', 'disconnected'],
    );
    const { by, user_id, org_id, time } = audited[3];
    assert.deepEqual([by, user_id, audited[3].room_id, org_id], ['root', 'ada', room_id, '']);
    assert.ok(Math.abs(Date.parse(time) - Date.now()) < 60_000);
  });

  it('for auditors says who was refused what, and what administrators read and did, and from where', async () => {
    const auditLog = join(temporaryDirectory(), 'audit.log');
    const server = await startServer({ auditLog });
    const admin = { sub: 'root', scope: 'admin' };
    const ada = await connect(server, { sub: 'ada', rooms: { [room_id]: 'editor' } });
    await request(ada, 'join_room', { room_id });
    await refused(ada, 'join_room', { room_id: 'song:secret' }, 'forbidden');
    await refused(ada, 'authenticate', { token: 'x' }, 'unauthorized');
    await call(server, `GET /api/v1/rooms/${room_id}`, { sub: 'ada' });
    await call(server, 'GET /api/v1/rooms?limit=1', admin);
    await call(server, 'GET /api/v1/rooms', { sub: 'ada' });
    await call(server, 'GET /api/v1/rooms');
    await call(server, 'PUT /api/v1/users/ada/block', admin);
    await call(server, 'DELETE /api/v1/users/ada/block', admin);
    await call(server, 'POST /api/v1/tokens/revoke', admin, { body: '{"jti":"x"}' });
    const lines = readFileSync(auditLog, 'utf8').trim().split('\n');
    const audited = lines.map((line) => JSON.parse(line));
    assert.ok(audited.every(({ address }) => address === '127.0.0.1'));
    assert.deepEqual(
      audited.map(({ action, user_id, by, error_code, path, room_id: room, jti }) =>
        [action, by ?? user_id, room ?? path ?? jti ?? user_id, error_code]
          .filter((part) => part !== undefined)
          .join(' '),
      ),
      [
        'connected ada ada',
        `joined ada ${room_id}`,
        'join_refused ada song:secret forbidden',
        'refused ada ada unauthorized',
        'read root /api/v1/rooms',
        'request_refused ada /api/v1/rooms forbidden',
        'request_refused /api/v1/rooms unauthorized',
        'blocked root ada',
        'unblocked root ada',
        'tokens_revoked root x',
      ],
    );
  });
});
