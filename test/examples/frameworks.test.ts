/** The examples that take minutes to install and build: `npm run test:examples`. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client, memoryStorage } from '../../client/index.ts';
import { browser } from '../support/browser.ts';
import { cleanup } from '../support/cleanup.ts';
import { installExamples, startExample, writeTogether } from '../support/examples.ts';
import { tokenFor } from '../support/server.ts';
import { until } from '../support/until.ts';

const run = promisify(execFile);

/** An example, installed and built. */
async function build(name: string): Promise<string> {
  const project = await installExamples([name]);
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' };
  await run('npm', ['run', 'build'], { cwd: join(project, name), env });
  return project;
}

describe('the examples that are built', function () {
  this.timeout(600_000);

  it('nest has songs beside its own routes, and ends in order', async () => {
    const server = await startExample(await build('nest'), 'nest');
    await writeTogether(server.url, { basePath: '/tutti' });
    assert.equal(await (await fetch(server.url)).text(), 'Hello from the application');
    assert.equal(await server.stop(), 0, server.output());
  });

  it('next has a page with a song that others write as well, and ends in order', async () => {
    const server = await startExample(await build('next'), 'next');
    await writeTogether(server.url, { basePath: '/tutti' });
    assert.match(await (await fetch(server.url)).text(), /Hello from the application.*Not connected.*<textarea/);

    const client = new Client(server.url, {
      basePath: '/tutti',
      token: tokenFor({ sub: 'ben' }),
      storage: memoryStorage(),
    });
    client.connect();
    cleanup(() => client.disconnect());
    const { text } = client.room('42');
    const context = await (await browser()).newContext();
    const page = await context.newPage();
    await page.goto(server.url);
    const song = page.getByLabel('Song');
    await until(async () => (await song.inputValue()) === 'Hello');
    await song.press('ControlOrMeta+End');
    await song.pressSequentially(' from the page');
    await until(() => text.text === 'Hello from the page');
    text.insert(0, '> ');
    await until(async () => (await song.inputValue()) === '> Hello from the page');

    await context.close();
    client.disconnect();
    assert.equal(await server.stop(), 0, server.output());
  });
});
