import assert from 'node:assert/strict';
import { type ClientRequest, request as httpRequest } from 'node:http';
import type { Socket } from 'node:net';
import { memoryUsage } from 'node:process';
import { call } from '../support/http.ts';
import { RawClient } from '../support/raw.ts';
import {
  type Client,
  caughtUp,
  clientOf,
  connect,
  refusedHandshake,
  request,
  startServer,
  tokenFor,
} from '../support/server.ts';
import { until } from '../support/until.ts';

const room_id = 'song:42';
const token = tokenFor({ sub: 'eve' });

/** Sends a body that has no end until it is answered, and tells the answer and how many bytes were taken. */
function sendWithoutEnd(server: { url: string }, path: string, headers: Record<string, string> = {}) {
  const { hostname, port } = new URL(server.url);
  const chunk = Buffer.alloc(64 * 1024, 'x');
  return new Promise<{ status: number | undefined; taken: number }>((resolve) => {
    const sent: ClientRequest = httpRequest({ hostname, port, path, method: 'POST', headers });
    let status: number | undefined;
    const end = () => resolve({ status, taken: sent.socket?.bytesWritten ?? 0 });
    sent.on('response', (response) => {
      status = response.statusCode;
      response.on('error', () => {}).resume();
    });
    sent.on('error', end);
    sent.on('close', end);
    const write = () => {
      while (!sent.destroyed && sent.write(chunk));
    };
    sent.on('drain', write);
    write();
  });
}

describe('before it is known who sends it,', () => {
  it('a body is not read, and then no more of it than its route takes', async () => {
    const server = await startServer();
    const bodies: [string, Record<string, string>, number][] = [
      ['/api/v1/publish', {}, 401],
      ['/api/v1/guests', {}, 401],
      [`/api/v1/rooms/${room_id}/invitations`, {}, 401],
      ['/api/v1/nothing', {}, 404],
      ['/', {}, 404],
      [`/api/v1/rooms/${room_id}/invitations`, { Authorization: `Bearer ${token}` }, 413],
      ['/api/v1/publish', { Authorization: `Bearer ${tokenFor({ sub: 's', scope: 'publish' })}` }, 413],
      ['/api/v1/publish', { Authorization: `Bearer ${token}` }, 403],
    ];
    for (const [path, headers, expected] of bodies) {
      const { status, taken } = await sendWithoutEnd(server, path, headers);
      assert.equal(status, expected, path);
      assert.ok(taken < 100 * 1024 * 1024, `${path}: ${taken}`);
    }
  }).timeout(60_000);

  it('a demo takes a small body and no other', async () => {
    const server = await startServer({ jwtSecret: undefined });
    const { status } = await sendWithoutEnd(server, '/api/v1/guests');
    assert.equal(status, 413);
    const body = JSON.stringify({ key: 'a key of some length', name: 'Ada' });
    assert.equal((await call(server, 'POST /api/v1/guests', undefined, { body })).status, 200);
  });

  it('many bodies at once that nobody ends take no memory', async () => {
    const server = await startServer();
    const before = memoryUsage.rss();
    const answers = await Promise.all(Array.from({ length: 40 }, () => sendWithoutEnd(server, '/api/v1/guests')));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [401]);
    const grown = memoryUsage.rss() - before;
    assert.ok(grown < 300 * 1024 * 1024, `${grown}`);
  }).timeout(60_000);

  /** Packets below events, sent again and again without reading what is answered. */
  const floods: Record<string, (string | Buffer)[]> = {
    'an unknown namespace': ['40/x,'],
    'an unknown namespace of 30 KB': [`40/${'x'.repeat(30_000)},`],
    'events to an unknown namespace': ['42/x,["ping",{}]'],
    'binary events to an unknown namespace': ['451-/x,["ping",{"_placeholder":true,"num":0}]', Buffer.from('x')],
    pongs: ['3'],
    noops: ['6'],
    upgrades: ['5'],
    'tokens that are none': ['40{"token":"x"}'],
    disconnects: ['41'],
    events: ['42["ping",{}]'],
    'attachments that never come': ['459-["broadcast_message",{"_placeholder":true,"num":0}]', Buffer.alloc(20_000)],
    'large messages': ['x'.repeat(30_000)],
  };
  for (const [name, packets] of Object.entries(floods)) {
    it(`${name}, 100,000 times: the connection ends, and its neighbour is answered`, async () => {
      const server = await startServer();
      const ada = await connect(server, { sub: 'ada' });
      const before = memoryUsage.rss();
      const eve = await RawClient.open(server);
      eve.socket.pause();
      for (let sent = 0; sent < 100_000 && eve.socket.readyState === eve.socket.OPEN; sent += 100) {
        for (let part = 0; part < 100; part++) eve.send(packets[part % packets.length] ?? '');
        if (eve.socket.bufferedAmount > 4 * 1024 * 1024) eve.socket.resume();
        await caughtUp(ada);
      }
      eve.socket.resume();
      await eve.closed;
      const grown = memoryUsage.rss() - before;
      assert.ok(grown < 200 * 1024 * 1024, `${grown}`);
    }).timeout(30_000);
  }

  it('nothing more is read of a connection that was told to end and does not hear it', async () => {
    const server = await startServer();
    const eve = await RawClient.open(server);
    const { _socket: wire } = eve.socket as unknown as { _socket: Socket };
    eve.socket.pause();
    const packet = `40/${'x'.repeat(10_000)},`;
    eve.send(packet);
    // It is heard, and answered.
    await caughtUp(await connect(server, { sub: 'ada' }));
    while (!wire.destroyed && wire.bytesWritten < 64 * 1024 * 1024) {
      for (let part = 0; part < 100; part++) if (!wire.destroyed) eve.send(packet);
      await until(() => wire.destroyed || wire.writableLength === 0);
    }
    assert.ok(wire.destroyed, `${wire.bytesWritten} bytes were taken`);
  });

  it('a message of more than a token ends the connection before it is whole', async () => {
    const server = await startServer();
    const eve = await RawClient.open(server);
    eve.send(`40${JSON.stringify({ token, more: 'x'.repeat(40_000) })}`);
    await eve.closed;
    assert.ok(!eve.received.some((packet) => packet.startsWith('40')));
  });

  it('many packets in one request of polling are counted each', async () => {
    const server = await startServer();
    const url = `${server.url}/socket.io/?EIO=4&transport=polling`;
    const { sid } = JSON.parse((await (await fetch(url)).text()).slice(1));
    const post = (body: string) => fetch(`${url}&sid=${sid}`, { method: 'POST', body }).then(({ status }) => status);
    await post(Array(10_000).fill('3').join('\u001e')).catch(() => {});
    assert.equal(await post('3'), 400);
    const { sid: other } = JSON.parse((await (await fetch(url)).text()).slice(1));
    const large = () => fetch(`${url}&sid=${other}`, { method: 'POST', body: 'x'.repeat(100_000) });
    assert.notEqual(
      await large().then(
        ({ status }) => status,
        () => 0,
      ),
      200,
    );
  });

  it('upgrades that are begun and not ended are counted', async () => {
    const server = await startServer();
    const url = `${server.url}/socket.io/?EIO=4&transport=polling`;
    const { sid } = JSON.parse((await (await fetch(url)).text()).slice(1));
    for (let attempt = 0; attempt < 25; attempt++) {
      const probe = await RawClient.open(server, { sid });
      probe.socket.terminate();
    }
    assert.equal((await fetch(`${url}&sid=${sid}`, { method: 'POST', body: '3' })).status, 400);
  });

  it('sessions that there are not are counted by address', async () => {
    const server = await startServer({ limitConnections: '1/60' });
    const url = `${server.url}/socket.io/?EIO=4&transport=polling&sid=none`;
    const codes = [];
    for (let attempt = 0; attempt < 25; attempt++) codes.push((await fetch(url)).status);
    assert.deepEqual(codes, [...Array(20).fill(400), ...Array(5).fill(429)]);
  });

  it('requests are counted by address, but for those that ask whether the server lives', async () => {
    const server = await startServer({ limitConnections: '1/60' });
    const codes = new Map<string, number[]>();
    for (const path of ['/metrics', '/api/v1/status', '/api/v1/rooms']) {
      const init = path === '/api/v1/rooms' ? { headers: { Authorization: 'Bearer x' } } : {};
      for (let attempt = 0; attempt < 10; attempt++) {
        const { status } = await call(server, `GET ${path}`, undefined, init);
        codes.set(path, [...(codes.get(path) ?? []), status]);
      }
    }
    assert.deepEqual(codes.get('/metrics'), Array(10).fill(200));
    assert.deepEqual(codes.get('/api/v1/status'), Array(10).fill(200));
    assert.deepEqual(codes.get('/api/v1/rooms'), Array(10).fill(429));
    assert.equal((await call(server, 'GET /metrics')).status, 429);
    for (const path of ['health', 'ready']) assert.equal((await call(server, `GET /api/v1/${path}`)).status, 200);
    assert.equal((await call(server, 'GET /api/v1/rooms', { sub: 'r', scope: 'admin' })).status, 200);
  });
});

describe('the door', () => {
  const from = (address: string) => ({ headers: { 'X-Forwarded-For': address } });

  /** Opens so many connections from each address. Returns those that are open in the end. */
  async function crowd(server: { url: string }, addresses: string[], each: number): Promise<RawClient[]> {
    const clients: RawClient[] = [];
    for (const address of addresses) {
      for (let opened = 0; opened < each; opened += 100) {
        const count = Math.min(100, each - opened);
        clients.push(
          ...(await Promise.all(Array.from({ length: count }, () => RawClient.open(server, from(address))))),
        );
      }
    }
    return clients.filter(({ socket }) => socket.readyState === socket.OPEN);
  }

  async function comesIn(server: { url: string }, sub: string, address: string): Promise<void> {
    await connect(server, { sub }, { extraHeaders: { 'X-Forwarded-For': address } });
  }

  it('is not filled by a few addresses: the newest of those that have most give way', async () => {
    const server = await startServer({ trustProxyHops: 1 });
    const addresses = Array.from({ length: 8 }, (_, index) => `2001:db8:${index + 1}:2::1`);
    await crowd(server, addresses, 500);
    for (let user = 0; user < 20; user++) await comesIn(server, `user-${user}`, '198.51.100.1');
  }).timeout(60_000);

  it('is not filled by all addresses of one site', async () => {
    const server = await startServer({ trustProxyHops: 1 });
    const addresses = Array.from({ length: 420 }, (_, index) => `2001:db8:1:${index.toString(16)}::1`);
    await crowd(server, addresses, 10);
    for (let user = 0; user < 20; user++) await comesIn(server, `user-${user}`, `198.51.${100 + user}.1`);
  }).timeout(60_000);
});

describe('a flood', () => {
  const message = { room_id, message: 1 };

  async function joined(server: { url: string }, sub: string): Promise<Client> {
    const client = await connect(server, { sub });
    await request(client, 'join_room', { room_id });
    return client;
  }

  /** Sends messages, with which the connection ends. */
  async function flood(client: Client, count = 50): Promise<void> {
    const ended = new Promise((resolve) => client.once('disconnect', resolve));
    for (let sent = 0; sent < count; sent++) client.emit('broadcast_message', message);
    await ended;
  }

  it('keeps its user out for a while, over every connection, and nobody else of its address', async () => {
    const server = await startServer({ limitMessages: '2/60' });
    await flood(await joined(server, 'eve'));
    for (let attempt = 0; attempt < 3; attempt++) {
      const refusal = await refusedHandshake(clientOf(server, { auth: { token } }));
      assert.equal(refusal.error_code, 'rate_limited');
      assert.ok(refusal.retry_after_ms && refusal.retry_after_ms > 50_000 && refusal.retry_after_ms <= 60_000);
    }
    await joined(server, 'ada');
    await connect(server, { sub: 'eve', org_id: 'elsewhere' });
  });

  it('is counted over all connections of its user, one after the other', async () => {
    const server = await startServer({ limitMessages: '2/60' });
    for (let time = 0; time < 4; time++) {
      const eve = await joined(server, 'eve');
      for (let sent = 0; sent < 9; sent++) eve.emit('broadcast_message', message);
      await caughtUp(eve);
      eve.disconnect();
    }
    const eve = await joined(server, 'eve');
    await flood(eve, 5);
    assert.equal((await refusedHandshake(clientOf(server, { auth: { token } }))).error_code, 'rate_limited');
  });

  it('of packets that are no events ends the connection, and its user stays out', async () => {
    const server = await startServer();
    const ada = await connect(server, { sub: 'ada' });
    for (const packet of ['3', '6', '43[1]', '430[]']) {
      const sub = `eve ${packet}`;
      const eve = await RawClient.connect(server, tokenFor({ sub }));
      for (let sent = 0; sent < 500; sent++) eve.send(packet);
      await eve.closed;
      const refusal = await refusedHandshake(clientOf(server, { auth: { token: tokenFor({ sub }) } }));
      assert.equal(refusal.error_code, 'rate_limited');
    }
    await caughtUp(ada);
  });

  it('of pings of the WebSocket is one too', async () => {
    const server = await startServer();
    const eve = await RawClient.connect(server, token);
    for (let sent = 0; sent < 500; sent++) eve.socket.ping();
    await eve.closed;
    assert.equal((await refusedHandshake(clientOf(server, { auth: { token } }))).error_code, 'rate_limited');
  });

  it('of bytes is read more slowly, and its neighbours are answered meanwhile', async () => {
    const server = await startServer({ maxOperationBytes: 1024, heartbeatIntervalMs: 60_000 });
    const ada = await connect(server, { sub: 'ada' });
    const eve = await RawClient.connect(server, token);
    // 16 packets of the greatest size at once, then 8 a second.
    const packet = `42["nothing",${JSON.stringify('x'.repeat(60_000))}]`;
    for (let sent = 0; sent < 40; sent++) eve.send(packet);
    eve.send('429["ping",{}]');
    const began = performance.now();
    let done = false;
    const answered = eve.packet(/^439/).then(() => {
      done = true;
    });
    while (!done) await caughtUp(ada);
    await answered;
    assert.ok(performance.now() - began > 1_000);
  }).timeout(30_000);

  it('of what takes long to read is read more slowly, however few bytes it has', async () => {
    const server = await startServer({ maxOperationBytes: 64 * 1024 * 1024, heartbeatIntervalMs: 60_000 });
    const [ada, eve] = [await connect(server, { sub: 'ada' }), await RawClient.connect(server, token)];
    // Half a second, on whatever machine: 200 ms may come at once, then 33 each second.
    let dear = '[]';
    while (Math.min(timeToRead(dear), timeToRead(dear)) < 500) dear = `[${Array(dear.length).fill('[]')}]`;
    eve.send(`42["nothing",${dear}]`);
    await eve.packet(/^42\["error"/);
    const began = performance.now();
    let done = false;
    eve.send('429["ping",{}]');
    const answered = eve.packet(/^439/).then(() => {
      done = true;
    });
    while (!done) await caughtUp(ada);
    await answered;
    assert.ok(performance.now() - began > 1_000);
  }).timeout(60_000);

  it('of packets that nobody should have to read is refused one by one, and others are read', async () => {
    const server = await startServer();
    const eve = await RawClient.connect(server, token);
    const packets = [
      `421["nothing",[${Array(300_000).fill('[]')}]]`,
      `422["nothing",{${Array.from({ length: 100_000 }, (_, at) => `"${at}":0`)}}]`,
      `423["nothing",${'['.repeat(20_000)}${']'.repeat(20_000)}]`,
    ];
    for (const packet of packets) eve.send(packet);
    for (let callback = 1; callback <= 3; callback++)
      assert.match(await eve.packet(new RegExp(`^43${callback}\\[`)), /"ok":false.*"too_large"/);
    eve.send(packets[0]?.replace('421', '42') ?? '');
    assert.match(await eve.packet(/^42\["error"/), /"too_large".*"event":"nothing"/);
    eve.send('429["ping",{}]');
    await eve.packet(/^439\[{"ok":true/);
    eve.send(packets[0]?.replace('421', '451-') ?? '');
    await eve.closed;
    assert.match(eve.received.at(-2) ?? '', /"too_large".*"fatal":true/);
  });

  it('of packets in one request of polling ends the connection', async () => {
    const server = await startServer();
    const url = `${server.url}/socket.io/?EIO=4&transport=polling`;
    const { sid } = JSON.parse((await (await fetch(url)).text()).slice(1));
    const post = (body: string) => fetch(`${url}&sid=${sid}`, { method: 'POST', body });
    assert.equal((await post(`40${JSON.stringify({ token })}`)).status, 200);
    assert.match(await (await fetch(`${url}&sid=${sid}`)).text(), /^40/);
    await post(Array(50_000).fill('42["a"]').join('\u001e')).catch(() => {});
    assert.equal((await post('3')).status, 400);
  });

  it('that reads nothing of it is cut off', async () => {
    const server = await startServer({ limitMessages: '2/60' });
    const eve = await RawClient.connect(server, token);
    eve.socket.pause();
    for (let sent = 0; sent < 50; sent++) eve.send(`42["broadcast_message",${JSON.stringify(message)}]`);
    await until(async () => (await call(server, 'GET /api/v1/status')).body.connections === 0);
    eve.socket.resume();
    await eve.closed;
  });
});

/** How long it takes to read JSON, in milliseconds. */
function timeToRead(text: string): number {
  const began = performance.now();
  JSON.parse(text);
  return performance.now() - began;
}
