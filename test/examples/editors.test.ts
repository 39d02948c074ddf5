/** Editors for documents of Yjs, each in two windows on two instances: `npm run test:examples`. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { installExamples, startExample } from '../support/examples.ts';
import { shareRedis } from '../support/instances.ts';
import { until, untilEqual } from '../support/until.ts';
import { openTab, openWindow } from '../support/windows.ts';

const run = promisify(execFile);
const strict =
  '--strict --noEmit --skipLibCheck --target es2023 --module esnext --moduleResolution bundler --jsx react-jsx';

/** Where each is written in, and what says whose a caret is. */
const editors = {
  codemirror: { field: '.cm-content', caret: '.cm-ySelectionCaret' },
  tiptap: { field: '.tiptap', caret: '.collaboration-carets__caret' },
  quill: { field: '.ql-editor', caret: '.ql-cursor' },
  lexical: { field: '[data-lexical-editor]', caret: 'body > div' },
  monaco: { field: '.view-lines', caret: '.yRemoteSelectionHead' },
  blocknote: { field: '.bn-editor', caret: '.bn-collaboration-cursor__base' },
};

describe('the editors', function () {
  this.timeout(240_000);
  const shared = shareRedis();
  let project: string;
  before(async () => {
    project = await installExamples(['editors']);
    const cwd = join(project, 'editors');
    const pages = readdirSync(join(cwd, 'pages')).map((name) => join('pages', name));
    const types = [...strict.split(' '), '--allowImportingTsExtensions', '--noUncheckedSideEffectImports', 'false'];
    await Promise.all([
      run('npm', ['run', 'build'], { cwd }),
      run(resolve('node_modules/.bin/tsc'), [...types, '--types', '', ...pages], { cwd }),
    ]);
  });

  it('are bound in less than 40 lines each', () => {
    for (const name of readdirSync('examples/editors/pages')) {
      const lines = readFileSync(join('examples/editors/pages', name), 'utf8').split('\n').length;
      assert.ok(lines < 40, `${name}: ${lines}`);
    }
  });

  for (const [name, { field, caret }] of Object.entries(editors)) {
    const shows = (page: Page, text: string) => untilEqual(() => textIn(page, field, caret), text);

    it(`${name} shows what others write and where they are, takes back one's own, and keeps what is unsent over a reload`, async () => {
      const environment = { REDIS_URL: shared.redis.url, LOG_LEVEL: 'silent' };
      const instances = await Promise.all([1, 2].map(() => startExample(project, 'editors', environment)));
      const [ada, ben] = await Promise.all(
        instances.map(({ url }, index) => {
          // From localhost, Socket.IO does not look whether there is a network.
          const address = `${url.replace('localhost', '127.0.0.1')}/${name}?name=${['Ada', 'Ben'][index]}`;
          return openWindow(address, { mayFail: true });
        }),
      );
      assert.ok(ada && ben);
      for (const page of [ada, ben]) await isSaved(page);
      await write(ada, field, 'Hello');
      await shows(ben, 'Hello');
      await write(ben, field, ' all');
      await shows(ada, 'Hello all');
      await until(async () => (await namesAt(ada, caret)).includes('Ben'));
      await until(async () => (await namesAt(ben, caret)).includes('Ada'));
      await until(async () => {
        await ben.keyboard.press('Control+z');
        return (await textIn(ben, field, caret)) === 'Hello';
      });
      await shows(ada, 'Hello');
      await isSaved(ben);
      await ben.context().setOffline(true);
      await ben.getByText('Saved').waitFor({ state: 'detached' });
      await write(ben, field, ', away');
      await write(ada, field, ', here');
      await isSaved(ada);
      await ben.close();
      await ben.context().setOffline(false);
      const again = await openTab(ben.context(), ben.url());
      const both = await until(async () => {
        const text = await textIn(ada, field, caret);
        return ['Hello, away, here', 'Hello, here, away'].includes(text) && text;
      });
      await shows(again, both);
    });
  }
});

async function isSaved(page: Page): Promise<void> {
  await page.getByText('Saved').waitFor();
}

/** Writes at the end. */
async function write(page: Page, field: string, text: string): Promise<void> {
  await page.locator(field).click();
  await page.keyboard.press('Control+End');
  await page.keyboard.type(text);
}

/** What an editor shows, without the carets of others. */
function textIn(page: Page, field: string, caret: string): Promise<string> {
  return page.locator(field).evaluate((element, carets) => {
    const copy = element.cloneNode(true) as Element;
    for (const each of copy.querySelectorAll(carets)) each.remove();
    return (copy.textContent ?? '').replaceAll('\u00a0', ' ');
  }, caret);
}

/** What the carets of others say whose they are. */
function namesAt(page: Page, caret: string): Promise<string> {
  return page
    .locator(caret)
    .evaluateAll((elements) =>
      elements.map((element) => element.textContent + getComputedStyle(element, '::after').content).join(),
    );
}
