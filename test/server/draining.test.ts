import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { openLmdbLog } from '../../server/logs/lmdb.ts';
import { cleanup } from '../support/cleanup.ts';
import { type ServerProcess, startServer, temporaryDirectory } from '../support/process.ts';
import { RawClient } from '../support/raw.ts';
import { type Client, clientOf, connect, request, secret, tokenFor } from '../support/server.ts';
import { until } from '../support/until.ts';

/** How a client was sent away: when, the reason, and the WebSocket's close code where there is one. */
interface Away {
  at: number;
  reason: string;
  active: boolean;
  code: number | undefined;
}

function away(client: Client): Promise<Away> {
  return new Promise((resolve) => {
    client.once('disconnect', (reason, details) => {
      const code = (details as { context?: { code?: number } } | undefined)?.context?.code;
      resolve({ at: performance.now(), reason, active: client.active, code });
    });
  });
}

async function untilDraining(server: ServerProcess): Promise<void> {
  await until(async () => (await fetch(`${server.url}/api/v1/ready`)).status === 503);
}

async function startDrainable(drainMs: number, DATA_DIR = temporaryDirectory()): Promise<ServerProcess> {
  const server = await startServer({ DATA_DIR, JWT_SECRET: secret, DRAIN_MS: String(drainMs), LIMIT_OPERATIONS: '0' });
  cleanup(() => server.kill());
  return server;
}

/** The frames that come from here on, as they are on the wire: the library stops reading at the closing frame. */
function framesOf({ socket }: RawClient): () => ('close' | 'data')[] {
  const chunks: Buffer[] = [];
  (socket as unknown as { _socket: Socket })._socket.on('data', (chunk) => chunks.push(chunk));
  return () => {
    const bytes = Buffer.concat(chunks);
    const frames: ('close' | 'data')[] = [];
    for (let at = 0; at < bytes.length; ) {
      frames.push(((bytes[at] ?? 0) & 0x0f) === 8 ? 'close' : 'data');
      const length = bytes[at + 1] ?? 0;
      at += length < 126 ? 2 + length : 4 + bytes.readUInt16BE(at + 2);
    }
    return frames;
  };
}

describe('SIGTERM', () => {
  it('turns readiness 503, takes no new connections, and sends clients away one after the other, to come again', async () => {
    const server = await startDrainable(2000);
    const clients: Client[] = [];
    for (const transport of ['websocket', 'polling', 'websocket', 'websocket']) {
      clients.push(
        await connect(server, { sub: `user${clients.length}` }, { transports: [transport], reconnection: true }),
      );
    }
    const all = Promise.all(clients.map(away));
    const exit = server.stop();
    await untilDraining(server);
    for (const transport of ['websocket', 'polling']) {
      const late = clientOf(server, { transports: [transport], reconnection: true });
      const refused = new Promise<Error>((resolve) => late.once('connect_error', resolve));
      late.connect();
      assert.equal((await refused).message, transport === 'websocket' ? 'websocket error' : 'xhr poll error');
      assert.ok(late.active, 'it will try again');
      late.disconnect();
    }
    assert.ok(clients.some(({ connected }) => connected));
    const gone = await all;
    for (const { reason, active } of gone)
      assert.deepEqual({ reason, active }, { reason: 'transport close', active: true });
    assert.deepEqual(
      gone.map(({ code }) => code),
      [1012, undefined, 1012, 1012],
    );
    const [first, , , last] = gone;
    assert.ok((last?.at ?? 0) - (first?.at ?? 0) > 1000, 'they go one after the other');
    assert.equal(await exit, 0);
  });

  it('says nothing to a client after the closing frame', async () => {
    const server = await startDrainable(4000);
    const token = tokenFor({ sub: 'ada' });
    const raw = await RawClient.connect(server, token);
    await raw.ask('join_room', { room_id: 'song:1' });
    const ben = await connect(server, { sub: 'ben' });
    await request(ben, 'join_room', { room_id: 'song:1' });
    await raw.packet(/user_joined/);
    const frames = framesOf(raw);
    // It does not answer the closing frame, and so stays in the room.
    raw.socket.pause();
    const exit = server.stop();
    await untilDraining(server);
    await request(ben, 'collaboration_operation', { room_id: 'song:1', operation: ['x'] });
    raw.socket.resume();
    await raw.closed;
    assert.equal(frames().at(-1), 'close');
    await exit;
  });

  it('brings what was sent into the log, and the content beside it', async () => {
    const DATA_DIR = temporaryDirectory();
    const server = await startDrainable(0, DATA_DIR);
    const client = await connect(server, { sub: 'ada' });
    await request(client, 'join_room', { room_id: 'song:1' });
    let acknowledged = 0;
    const sent = new Promise<void>((resolve) => client.once('disconnect', () => resolve()));
    for (let sequence = 1; sequence <= 200; sequence++) {
      request(client, 'collaboration_operation', { room_id: 'song:1', operation: ['x'], sequence }).then(
        () => (acknowledged += 1),
        () => {},
      );
    }
    await request(client, 'ping', {});
    assert.equal(await server.stop(), 0);
    await sent;
    const log = await openLmdbLog({ directory: DATA_DIR });
    cleanup(() => log.close());
    const { revision, snapshot } = await log.load('/song:1');
    assert.equal(revision, 200, `${acknowledged} were acknowledged`);
    assert.deepEqual(snapshot && [snapshot.revision, snapshot.content], [200, 'x'.repeat(200)]);
  });

  it('ends at once when it comes again', async () => {
    const server = await startDrainable(60_000);
    for (const sub of ['ada', 'bob']) await connect(server, { sub });
    const exit = server.stop();
    await untilDraining(server);
    await server.stop();
    assert.equal(await exit, 1);
  });
});
