import assert from 'node:assert/strict';
import { call } from '../support/http.ts';
import { RawClient } from '../support/raw.ts';
import {
  type Client,
  caughtUp,
  clientOf,
  connect,
  next,
  refusedHandshake,
  request,
  startServer,
  tokenFor,
} from '../support/server.ts';
import { until } from '../support/until.ts';

const room_id = 'song:42';
const token = tokenFor({ sub: 'ada' });

async function outcome(client: Client): Promise<string> {
  const answer = Promise.race([
    next(client, 'connected').then(() => 'connected'),
    new Promise<string>((resolve) =>
      client.once('connect_error', (error) =>
        resolve((error as Error & { data: { error_code: string } }).data.error_code),
      ),
    ),
  ]);
  client.connect();
  return answer;
}

describe('a cap', () => {
  it('of connections per user holds when they come all at once', async () => {
    const server = await startServer({ maxConnectionsPerUser: 5 });
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () => outcome(clientOf(server, { auth: { token } }))),
    );
    assert.equal(outcomes.filter((one) => one === 'connected').length, 5);
    assert.equal(outcomes.filter((one) => one === 'too_many_connections').length, 15);
  });

  it('of connections per user drops those that do not answer before it refuses one', async () => {
    const server = await startServer({ maxConnectionsPerUser: 2 });
    const dead = await RawClient.connect(server, token, { answersPings: false });
    const alive = await connect(server, { sub: 'ada' });
    await connect(server, { sub: 'ada' });
    await dead.closed;
    await caughtUp(alive);
    assert.equal((await refusedHandshake(clientOf(server, { auth: { token } }))).error_code, 'too_many_connections');
  });

  it('of connections per address holds, and gives a place back', async () => {
    const server = await startServer({ maxConnectionsPerIp: 2 });
    const first = await connect(server, { sub: 'ada' });
    await connect(server, { sub: 'ben' });
    const third = clientOf(server, { auth: { token } });
    assert.equal((await refusedHandshake(third)).error_code, 'too_many_connections');
    first.disconnect();
    assert.equal(await until(async () => (await outcome(third)) === 'connected'), true);
  });

  it('of places counts no handshake that was refused or given up', async () => {
    const server = await startServer({ maxConnectionsPerUser: 1 });
    for (let attempt = 0; attempt < 3; attempt++) {
      const client = await RawClient.open(server);
      client.send(`40${JSON.stringify({ token })}`);
      client.socket.terminate();
    }
    await until(async () => (await outcome(clientOf(server, { auth: { token } }))) === 'connected');
  });

  it('of 500 connections from one address that have not said who they are, for 10 seconds', async () => {
    const server = await startServer();
    const opened = await Promise.all(Array.from({ length: 600 }, () => RawClient.open(server)));
    const silent = opened.filter(({ socket }) => socket.readyState === socket.OPEN);
    assert.equal(silent.length, 500);
    await Promise.all(silent.map(({ closed }) => closed));
    await connect(server, { sub: 'ada' });
  }).timeout(30_000);
});

describe('a reader that has stopped reading', () => {
  it('in a busy room has less than 1 MiB waiting for it, is dropped, and catches up', async () => {
    const server = await startServer();
    const ada = await connect(server, { sub: 'ada' });
    await request(ada, 'join_room', { room_id });
    const frozen = await RawClient.connect(server, tokenFor({ sub: 'ben' }));
    const state = (await frozen.ask('join_room', { room_id, client_id: 'b' })) as { epoch: string; revision: number };
    frozen.socket.pause();
    const gone = next(ada, 'user_left');
    let over = false;
    gone.then(() => {
      over = true;
    });
    let most = 0;
    for (let sent = 0; !over; sent++) {
      await request(ada, 'collaboration_operation', { room_id, operation: ['x'.repeat(5000)] });
      if (sent % 10 === 0) most = Math.max(most, await waitingBytes(server));
      if (sent % 300 === 299) await request(ada, 'collaboration_operation', { room_id, operation: [{ d: 1_500_000 }] });
    }
    assert.equal((await gone).users[0]?.user_id, 'ben');
    assert.ok(most > 100_000 && most < 1024 * 1024, `${most} bytes were waiting`);
    const ben = await connect(server, { sub: 'ben' });
    const since = { epoch: state.epoch, revision: state.revision };
    const again = await request(ben, 'join_room', { room_id, client_id: 'b', since });
    assert.ok(again.revision > 0 && again.participant_count === 2);
  }).timeout(60_000);

  it('asks for a large song again and again, and has one answer waiting', async () => {
    const server = await startServer();
    const ada = await connect(server, { sub: 'ada' });
    await request(ada, 'join_room', { room_id });
    for (let part = 0; part < 2; part++) {
      await request(ada, 'collaboration_operation', { room_id, operation: ['x'.repeat(250_000)] });
    }
    const frozen = await RawClient.connect(server, tokenFor({ sub: 'ben' }));
    await frozen.ask('join_room', { room_id });
    frozen.socket.pause();
    for (let asked = 0; asked < 100; asked++) frozen.send(`42${JSON.stringify(['get_room_state', { room_id }])}`);
    for (let time = 0; time < 50; time++) {
      await caughtUp(ada);
      assert.ok((await waitingBytes(server)) < 1024 * 1024);
    }
    frozen.socket.resume();
    for (let asked = 0; asked < 100; asked++) await frozen.packet(/^42\["room_joined",\{"room_id":"song/);
  }).timeout(30_000);
});

async function waitingBytes(server: { url: string }): Promise<number> {
  const { body } = await call(server, 'GET /metrics');
  return Number(/^tutti_waiting_bytes (\d+)/m.exec(body)?.[1]);
}
