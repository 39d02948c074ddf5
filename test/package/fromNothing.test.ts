/** What docs/embedding.md says to do in an empty folder, done as it says. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { browser } from '../support/browser.ts';
import { cleanup } from '../support/cleanup.ts';
import { pack } from '../support/package.ts';
import { startProcess, temporaryDirectory } from '../support/process.ts';
import { until } from '../support/until.ts';

const run = promisify(execFile);

/** The blocks of the section, in order: files by the name above them, and what is said to a shell. */
function steps(): { file: string | undefined; text: string }[] {
  const section = readFileSync('docs/embedding.md', 'utf8')
    .split(/^## /m)
    .find((part) => part.startsWith('From an empty folder'));
  const blocks = (section ?? '').matchAll(/(?:^`([^`\n]+)`:\n\n)?^```\w+\n(.*?)^```/gms);
  return [...blocks].map(([, file, text = '']) => ({ file, text }));
}

describe('from an empty folder', function () {
  // What it promises.
  this.timeout(5 * 60_000);

  it('to a page of one’s own Express on which people write in CodeMirror', async () => {
    const folder = temporaryDirectory();
    const tarball = await pack();
    const commands: string[] = [];
    for (const { file, text } of steps()) {
      if (file) {
        mkdirSync(dirname(join(folder, file)), { recursive: true });
        writeFileSync(join(folder, file), text);
      } else {
        commands.push(...text.trim().split('\n'));
      }
    }
    const start = commands.pop() ?? '';
    assert.equal(start, 'node server.js');
    const env = { ...process.env, npm_config_prefer_offline: 'true', npm_config_audit: 'false' };
    // It is not published yet.
    for (const command of commands)
      await run('sh', ['-c', command.replace('npm install tutti ', `npm install ${tarball} `)], { cwd: folder, env });
    const server = await startProcess(['sh', '-c', `cd ${folder} && exec ${start}`], { PORT: '0' });
    cleanup(() => server.kill());

    const open = async () => {
      const context = await (await browser()).newContext();
      cleanup(() => context.close());
      const page = await context.newPage();
      await page.goto(server.url.replace(/\[::1?\]|0\.0\.0\.0/, 'localhost'));
      return page.locator('.cm-content');
    };
    const [one, other] = [await open(), await open()];
    await one.click();
    await one.pressSequentially('Hello');
    await until(async () => (await other.locator('.cm-line').textContent()) === 'Hello');
    await other.press('ControlOrMeta+End');
    await other.pressSequentially(' all');
    await until(async () => /^Hello all/.test((await one.locator('.cm-line').textContent()) ?? ''));
  });
});
