import assert from 'node:assert/strict';
import { Client, memoryStorage } from '../../client/index.ts';
import { balancerNames, startBalancer } from '../support/balancer.ts';
import { cleanup } from '../support/cleanup.ts';
import { tutti } from '../support/commandLine.ts';
import { startServer, temporaryDirectory } from '../support/process.ts';
import { secret, tokenFor } from '../support/server.ts';

/** As deploy/ says that a base path is put in. */
const underTutti = (configuration: string) =>
  configuration
    .replace('location /metrics', 'location /tutti/metrics')
    .replace('location / {', 'location /tutti/ {')
    .replace('beg /metrics', 'beg /tutti/metrics')
    .replace('uri /api/', 'uri /tutti/api/');

for (const name of balancerNames) {
  describe(`under a base path behind ${name}`, function () {
    this.timeout(60_000);

    it('songs are written, the page is there, and the doctor finds nothing wrong', async () => {
      const environment = { BASE_PATH: '/tutti', METRICS_TOKEN: 'swordfish', JWT_SECRET: secret };
      const instances = [];
      for (let number = 0; number < 2; number++) {
        const instance = await startServer({ ...environment, DATA_DIR: temporaryDirectory() });
        cleanup(() => instance.kill());
        instances.push(instance.url);
      }
      const { url } = await startBalancer(name, instances, underTutti);
      for (const transport of ['websocket', 'polling'] as const) {
        const client = new Client(url, {
          basePath: '/tutti',
          transports: [transport],
          withCredentials: true,
          token: tokenFor({ sub: transport }),
          storage: memoryStorage(),
        });
        cleanup(() => client.disconnect());
        client.connect();
        const { text } = client.room(transport);
        text.insert(0, 'Hello');
        await text.stored();
      }
      const page = await (await fetch(`${url}/tutti/song/42`)).text();
      const [, script] = /src="(\/tutti\/assets\/[^"]+)"/.exec(page) ?? [];
      assert.equal((await fetch(url + script)).status, 200, page);
      const headers = { Authorization: 'Bearer swordfish' };
      assert.equal((await fetch(`${url}/tutti/metrics`, { headers })).status, 404);

      const { code, stdout } = await tutti(['doctor', '--url', url, '--base-path', '/tutti'], {
        JWT_SECRET: secret,
        DATA_DIR: temporaryDirectory(),
      });
      assert.match(stdout, new RegExp(`✓ Tutti .* answers at ${url}/tutti\n`));
      assert.doesNotMatch(stdout, /^✗/m);
      assert.equal(code, 0);
    });
  });
}
