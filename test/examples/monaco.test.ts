/** Monaco, which takes its time to install and bundle: `npm run test:examples`. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { exampleIn, install, packClient } from '../support/package.ts';
import { temporaryDirectory } from '../support/process.ts';
import { bundle, openPage, roomFor } from '../support/programs.ts';
import { startServer, tokenFor } from '../support/server.ts';
import { until } from '../support/until.ts';

const run = promisify(execFile);
const compilerOptions = ['--strict', '--noEmit', '--skipLibCheck', '--target', 'es2022', '--lib', 'es2023,dom'];

describe('the example of Monaco', function () {
  this.timeout(240_000);
  let tarball: string;
  before(async () => {
    tarball = await packClient();
  });

  for (const version of ['0.50.0', '0.52.2', '0.53.0', '0.55.1', '0.57.0']) {
    it(`is checked, bundled and written in with ${version}`, async () => {
      const project = temporaryDirectory();
      await install(project, [tarball, `monaco-editor@${version}`]);
      const example = exampleIn(join(project, 'node_modules/tutti-client/docs/editors.md'), 'Monaco', 'ts');
      writeFileSync(join(project, 'example.ts'), example);
      const options = [...compilerOptions, '--module', 'esnext', '--moduleResolution', 'bundler'];
      await run(resolve('node_modules/.bin/tsc'), [...options, 'example.ts'], { cwd: project });

      const server = await startServer();
      const script = await bundle({ text: example, loader: 'ts' }, project);
      const body = '<main style="height: 300px"></main>';
      const { page } = await openPage(server, { token: tokenFor({ sub: 'ada', name: 'ada' }), script, body });
      const ben = roomFor(server, 'ben', '42');
      await page.locator('.view-lines').click();
      await until(() => ben.participants.length === 2);
      // At once: what comes half a second after another key is a step of its own.
      await page.keyboard.insertText('Hello');
      await until(() => ben.text.text === 'Hello');
      ben.text.insert(5, ' all');
      ben.setCursor(9);
      const shown = () => page.locator('.view-lines').textContent();
      await until(async () => (await shown())?.replaceAll('\u00a0', ' ') === 'Hello all');
      await page.locator('.tutti-cursor[data-name="ben"]').waitFor({ state: 'attached' });
      await page.keyboard.press('Control+z');
      await until(() => ben.text.text === ' all');
    });
  }
});
