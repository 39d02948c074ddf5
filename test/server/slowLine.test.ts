import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect as connectTo, createServer, type Socket } from 'node:net';
import { cleanup } from '../support/cleanup.ts';
import { connect, member, request, startServer } from '../support/server.ts';

const room_id = 'song:42';
/** Bytes that a line of 256 kbit/s carries in a millisecond, as fast as this test lets time pass. */
const [perMillisecond, faster] = [32, 20];
const every = 5;

/** A way to a server on which what it says comes slowly. */
async function slowLine(server: { url: string }): Promise<{ url: string }> {
  const line = createServer((near) => {
    const { hostname, port } = new URL(server.url);
    const far = connectTo(Number(port), hostname);
    near.pipe(far);
    drip(far, near);
    for (const socket of [near, far]) {
      socket.on('error', () => {});
      socket.on('close', () => [near, far].map((end) => end.destroy()));
      cleanup(() => socket.destroy());
    }
  });
  line.listen(0, '127.0.0.1');
  cleanup(() => line.close());
  await once(line, 'listening');
  return { url: `http://127.0.0.1:${(line.address() as AddressInfo).port}` };
}

function drip(from: Socket, to: Socket): void {
  from.pause();
  const timer = setInterval(() => {
    const most = perMillisecond * faster * every;
    const chunk = from.read(Math.min(most, from.readableLength)) as Buffer | null;
    if (chunk) to.write(chunk);
  }, every);
  from.on('close', () => clearInterval(timer));
}

describe('a line of 256 kbit/s', () => {
  // Time passes twenty times as fast: for the line, and for the heartbeat.
  const heartbeat = { heartbeatIntervalMs: 25_000 / faster, heartbeatTimeoutMs: 20_000 / faster };
  for (const transport of ['websocket', 'polling'] as const) {
    it(`brings a song of 2 MiB, by ${transport}`, async () => {
      const server = await startServer({ ...heartbeat });
      const ada = await member(server, { sub: 'ada' }, { room_id });
      for (let part = 0; part < 8; part++) {
        await request(ada, 'collaboration_operation', { room_id, operation: ['x'.repeat(262_144)] });
      }
      const line = await slowLine(server);
      const ben = await connect(line, { sub: 'ben' }, { transports: [transport] });
      const ended: string[] = [];
      ben.on('disconnect', (reason) => ended.push(reason));
      const began = performance.now();
      const state = await request(ben, 'join_room', { room_id });
      assert.ok(performance.now() - began > (2 * 2 ** 20) / perMillisecond / faster / 2, 'it is slow');
      assert.equal(String(state.document?.content).length, 2 * 2 ** 20);
      assert.deepEqual(ended, []);
    }).timeout(30_000);
  }
});
