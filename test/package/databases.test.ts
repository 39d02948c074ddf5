import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Client, memoryStorage } from '../../client/index.ts';
import { cleanup } from '../support/cleanup.ts';
import { installExamples, startExample, writeTogether } from '../support/examples.ts';
import { findPostgres, startPostgres } from '../support/postgres.ts';
import { tokenFor } from '../support/server.ts';
import { until } from '../support/until.ts';

describe('the examples with a database', function () {
  this.timeout(240_000);
  let project: string;
  before(async () => {
    project = await installExamples(['sqlite', 'postgres']);
  });

  /** What is written is in the database, from where it comes when the server has lost all that it had. */
  async function keepsSongs(name: string, env: NodeJS.ProcessEnv = {}): Promise<void> {
    const first = await startExample(project, name, env);
    await writeTogether(first.url, { basePath: '/tutti' });
    assert.equal(await (await fetch(first.url)).text(), 'Hello from the application');
    assert.equal(await first.stop(), 0, first.output());
    rmSync(join(project, name, 'data'), { recursive: true });
    const second = await startExample(project, name, env);
    const token = tokenFor({ sub: 'eve' });
    const client = new Client(second.url, { basePath: '/tutti', token, storage: memoryStorage() });
    client.connect();
    cleanup(() => client.disconnect());
    const song = client.room('42').text;
    await until(() => song.text === 'Hello');
    client.disconnect();
    assert.equal(await second.stop(), 0, second.output());
  }

  it('sqlite keeps songs there, and begins with them', () => keepsSongs('sqlite'));

  it('postgres keeps songs there, and begins with them', async () => {
    const programs = findPostgres();
    if (programs === undefined) assert.fail('tests need programs that are not installed: install postgresql');
    await keepsSongs('postgres', { DATABASE_URL: await startPostgres(programs) });
  });

  for (const name of ['sqlite', 'postgres']) {
    it(`${name} has less than 40 lines`, () => {
      const lines = readFileSync(join('examples', name, 'server.js'), 'utf8').split('\n').length;
      assert.ok(lines < 40, `${lines}`);
    });
  }
});
