import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { balancerNames, startBalancer } from '../support/balancer.ts';
import { cleanup } from '../support/cleanup.ts';
import { type ServerProcess, startServer, temporaryDirectory } from '../support/process.ts';
import { type Client, connect, next, refused, request, secret } from '../support/server.ts';
import { until } from '../support/until.ts';

const room_id = 'song:1';

async function startInstance(environment: NodeJS.ProcessEnv = {}): Promise<ServerProcess> {
  const server = await startServer({ JWT_SECRET: secret, DATA_DIR: temporaryDirectory(), ...environment });
  cleanup(() => server.kill());
  return server;
}

/** A client as it should be behind any balancer: it says what it is told apart by, and keeps cookies. */
function connectThrough(balancer: { url: string }, sub: string, transports: string[]): Promise<Client> {
  const options = {
    transports,
    query: { sticky: sub },
    withCredentials: true,
    reconnection: true,
    reconnectionDelay: 50,
  };
  return connect(balancer, { sub }, options);
}

/** The instances that a user's connections came to, once there is one. */
function instancesOf(user_id: string, instances: ServerProcess[]): Promise<ServerProcess[]> {
  const connected = new RegExp(`"user_id":"${user_id}".*"msg":"connected"`);
  return until(() => {
    const seen = instances.filter((instance) => connected.test(instance.output()));
    return seen.length > 0 && seen;
  });
}

function transportOf(client: Client): string {
  return client.io.engine.transport.name;
}

for (const name of balancerNames) {
  describe(`behind ${name}`, function () {
    this.timeout(60_000);

    it('nobody reaches the metrics', async () => {
      const balancer = await startBalancer(name, [(await startInstance({ METRICS_TOKEN: 'swordfish' })).url]);
      for (const path of ['/metrics', '/metrics/', '/metrics?x=1', '//metrics', '/%6detrics']) {
        const { status } = await fetch(`${balancer.url}${path}`, { headers: { Authorization: 'Bearer swordfish' } });
        assert.equal(status, 404, path);
      }
    });

    it('clients stay connected by WebSocket and by polling alone', async () => {
      const instances = [await startInstance(), await startInstance()];
      const balancer = await startBalancer(
        name,
        instances.map(({ url }) => url),
      );
      for (const transport of ['websocket', 'polling']) {
        for (let number = 0; number < 6; number++) {
          const sub = `${transport}${number}`;
          const client = await connectThrough(balancer, sub, [transport]);
          await request(client, 'join_room', { room_id, client_id: sub });
          for (let sequence = 1; sequence <= 5; sequence++) {
            await request(client, 'collaboration_operation', { room_id, operation: ['x'], sequence });
          }
          assert.equal(transportOf(client), transport);
          assert.equal((await instancesOf(sub, instances)).length, 1, 'it connected once');
        }
      }
    });

    it('the largest operation comes through, in as many bytes as JSON makes of it', async () => {
      const balancer = await startBalancer(name, [(await startInstance()).url]);
      for (const transport of ['websocket', 'polling']) {
        const client = await connectThrough(balancer, transport, [transport]);
        await request(client, 'join_room', { room_id, client_id: transport });
        const paste = '\u0001'.repeat(256 * 1024);
        await request(client, 'collaboration_operation', { room_id, operation: [paste], sequence: 1 });
        await request(client, 'collaboration_operation', { room_id, operation: ['later'], sequence: 2 });
        await refused(
          client,
          'collaboration_operation',
          { room_id, operation: [`${paste}.`], sequence: 3 },
          'too_large',
        );
      }
    });

    it('a client that begins with polling goes on by WebSocket', async () => {
      const instances = [await startInstance(), await startInstance()];
      const balancer = await startBalancer(
        name,
        instances.map(({ url }) => url),
      );
      const client = await connectThrough(balancer, 'ada', ['polling', 'websocket']);
      while (transportOf(client) === 'polling')
        await new Promise((resolve) => client.io.engine.once('upgrade', resolve));
      assert.equal(transportOf(client), 'websocket');
      await request(client, 'join_room', { room_id });
    });

    it('clients of an instance that dies move on to another', async () => {
      const instances = [await startInstance(), await startInstance(), await startInstance()];
      const balancer = await startBalancer(
        name,
        instances.map(({ url }) => url),
      );
      for (const transport of ['websocket', 'polling']) {
        const client = await connectThrough(balancer, transport, [transport]);
        const [dies] = await instancesOf(transport, instances);
        const connected = next(client, 'connected');
        await dies?.kill();
        await connected;
        await instancesOf(
          transport,
          instances.filter((instance) => instance !== dies),
        );
        await request(client, 'join_room', { room_id });
      }
    });

    it('nobody comes to an instance that drains, nobody is refused, and who is there stays until its turn', async () => {
      const draining = await startInstance({ DRAIN_MS: '60000' });
      const staying = await startInstance();
      const balancer = await startBalancer(name, [draining.url, staying.url]);
      await connect(draining, { sub: 'the first to be sent away' });
      let stays: Client;
      for (let number = 0; ; number++) {
        stays = await connectThrough(balancer, `early${number}`, ['polling']);
        if ((await instancesOf(`early${number}`, [draining, staying])).includes(draining)) break;
      }
      draining.stop();
      await until(async () => (await fetch(`${draining.url}/api/v1/ready`)).status === 503);
      for (const transport of ['websocket', 'polling']) {
        for (let number = 0; number < 6; number++) {
          const sub = `${transport}${number}`;
          const client = await connectThrough(balancer, sub, [transport]);
          await request(client, 'join_room', { room_id, client_id: sub });
          assert.deepEqual(await instancesOf(sub, [draining, staying]), [staying]);
          await request(stays, 'ping', {});
        }
      }
    });

    it('an instance is told where a client comes from, last of what the client may have made up', async () => {
      const instance = createServer((request, response) => response.end(String(request.headers['x-forwarded-for'])));
      await once(instance.listen(0, '127.0.0.1'), 'listening');
      cleanup(() => instance.close());
      const { port } = instance.address() as AddressInfo;
      const balancer = await startBalancer(name, [`http://127.0.0.1:${port}`]);
      const answer = await fetch(balancer.url, { headers: { 'X-Forwarded-For': '192.0.2.1' } });
      assert.equal(await answer.text(), '192.0.2.1, 127.0.0.1');
    });
  });
}
