import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { cleanup } from '../support/cleanup.ts';
import { freePort } from '../support/ports.ts';
import { temporaryDirectory } from '../support/process.ts';
import { copyOfProject } from '../support/project.ts';
import { type Client, clientOf, next } from '../support/server.ts';
import { until } from '../support/until.ts';

/** Comes in as the page does. */
async function visit(url: string): Promise<Client> {
  const headers = { origin: url, 'content-type': 'application/json' };
  const body = JSON.stringify({ key: 'a secret of sixteen characters', name: 'Ada' });
  const answer = await fetch(`${url}/api/v1/guests`, { method: 'POST', headers, body });
  const { token } = (await answer.json()) as { token: string };
  const client = clientOf({ url }, { auth: { token }, extraHeaders: { origin: url } });
  client.connect();
  await next(client, 'connected');
  return client;
}

describe('npm run dev', () => {
  it('serves the page and the server behind it, starts that anew when a source changes, and ends whole', async () => {
    const cwd = copyOfProject();
    const PORT = String(await freePort());
    const env = { ...process.env, PORT, HOST: '127.0.0.1', JWT_SECRET: undefined, DATA_DIR: temporaryDirectory() };
    const dev = spawn('npm', ['run', 'dev'], { cwd, env, detached: true });
    let printed = '';
    for (const stream of [dev.stdout, dev.stderr]) stream.on('data', (text) => (printed += text));
    // When all that has its output has ended, not npm alone.
    const ended = new Promise<number | null>((resolve) => dev.once('close', resolve));
    // As Ctrl-C does it: everyone in the terminal's group is told.
    const interrupt = () => process.kill(-(dev.pid ?? Number.NaN), 'SIGINT');
    cleanup(() => {
      if (dev.exitCode === null) interrupt();
      return ended;
    });

    const url = await until(() => /as you change it: (\S+)\//.exec(printed)?.[1]);
    await until(() => printed.includes('listening on'));
    assert.match(await (await fetch(url)).text(), /src="\/main\.tsx/);
    const ada = await visit(url);
    const lost = new Promise((resolve) => ada.once('disconnect', resolve));
    appendFileSync(join(cwd, 'server/version.ts'), '\n');
    await lost;
    await until(() => printed.split('listening on').length === 3);
    await visit(url);

    interrupt();
    assert.equal(await ended, 0, printed);
    assert.doesNotMatch(printed, /Force killing/);
    await assert.rejects(fetch(`http://127.0.0.1:${PORT}`));
  });
});
