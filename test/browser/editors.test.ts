import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import type { Room } from '../../client/index.ts';
import type { CollaborationServer } from '../../server/index.ts';
import type { Role } from '../../shared/rooms.ts';
import { bundle, openPage, roomFor } from '../support/programs.ts';
import { startAsking } from '../support/roles.ts';
import { startServer, tokenFor } from '../support/server.ts';
import { until, untilEqual } from '../support/until.ts';

/** The example under a heading of docs/editors.md, as it stands there. */
async function example(heading: string): Promise<string> {
  const section = readFileSync('docs/editors.md', 'utf8')
    .split(/^## /m)
    .find((part) => part.startsWith(heading));
  const [, code] = /```ts\n(.*?)```/s.exec(section ?? '') ?? [];
  assert.ok(code, `docs/editors.md has an example under ${heading}`);
  assert.ok(code.split('\n').filter((line) => line !== '').length <= 10, 'it has ten lines');
  return bundle({ text: code, loader: 'ts' });
}

interface Editor {
  name: string;
  body: string;
  script: Promise<string>;
  /** What it shows. */
  text(page: Page): Promise<string>;
  focus(page: Page): Promise<void>;
}

const editors: Editor[] = [
  {
    name: 'A text area',
    body: '<textarea aria-label="song"></textarea>',
    script: example('A text area'),
    text: (page) => page.locator('textarea').inputValue(),
    focus: (page) => page.locator('textarea').focus(),
  },
  {
    name: 'CodeMirror 6',
    body: '<main></main>',
    script: example('CodeMirror 6'),
    text: async (page) => (await page.locator('.cm-line').textContent()) ?? '',
    focus: (page) => page.locator('.cm-content').focus(),
  },
  {
    name: 'Monaco',
    body: '<main style="height: 300px"></main>',
    script: example('Monaco'),
    text: (page) =>
      page.evaluate(() => document.querySelector('.view-lines')?.textContent?.replaceAll('\u00a0', ' ') ?? ''),
    focus: (page) => page.locator('.view-lines').click(),
  },
];

describe('the examples of docs/editors.md', function () {
  this.timeout(60_000);

  for (const { name, body, script, text, focus } of editors) {
    describe(name, () => {
      async function open(server: CollaborationServer, sub: string, claims: object = {}): Promise<Page> {
        const token = tokenFor({ sub, name: sub, ...claims });
        return (await openPage(server, { token, script: await script, body })).page;
      }
      const shows = (page: Page, expected: string) => untilEqual(() => text(page), expected);

      it('two windows and someone elsewhere write one song', async () => {
        const server = await startServer();
        const [ada, ben] = await Promise.all([open(server, 'ada'), open(server, 'ben')]);
        const cleo = roomFor(server, 'cleo', '42');
        await until(() => cleo.participants.length === 3);
        await focus(ada);
        await ada.keyboard.type('one three');
        await shows(ben, 'one three');
        for (let step = 0; step < 5; step += 1) await ada.keyboard.press('ArrowLeft');
        cleo.text.insert(0, '😀 ');
        await shows(ada, '😀 one three');
        await ada.keyboard.type('two ');
        await untilEqual(() => cleo.text.text, '😀 one two three');
        await shows(ben, '😀 one two three');
        await untilEqual(() => cleo.cursors.find(({ user_id }) => user_id === 'ada')?.position, 11);
      });

      it('undo takes back one’s own edits, and nothing of others', async () => {
        const server = await startServer();
        const ada = await open(server, 'ada');
        const cleo = roomFor(server, 'cleo', '42');
        await until(() => cleo.participants.length === 2);
        await focus(ada);
        // At once: what comes half a second after another key is a step of its own.
        await ada.keyboard.insertText('mine');
        await until(() => cleo.text.text === 'mine');
        cleo.text.insert(4, ' and yours');
        await shows(ada, 'mine and yours');
        await ada.keyboard.press('Control+z');
        await until(() => cleo.text.text === ' and yours');
        await shows(ada, ' and yours');
        await ada.keyboard.press('Control+y');
        await until(() => cleo.text.text === 'mine and yours');
        await shows(ada, 'mine and yours');
      });

      it('who only views can not type', async () => {
        const server = await startServer();
        const cleo = roomFor(server, 'cleo', '42');
        cleo.text.insert(0, 'as it is');
        const ada = await open(server, 'ada', { rooms: { '*': 'viewer' } });
        await shows(ada, 'as it is');
        await focus(ada);
        await ada.keyboard.type('no');
        cleo.text.insert(8, ', and stays');
        await shows(ada, 'as it is, and stays');
        assert.equal(cleo.text.text, 'as it is, and stays');
      });

      it('whose role changes can type from then on, and no more', async () => {
        let role: Role = 'viewer';
        const { server, askAgain } = await startAsking({ authorize: () => role });
        const cleo = roomFor(server, 'cleo', '42');
        cleo.text.insert(0, '.');
        const ada = await open(server, 'ada', { rooms: {} });
        await shows(ada, '.');
        await focus(ada);
        const becomes = async (next: Role) => {
          role = next;
          askAgain();
          await until(() => cleo.participants.some((one) => one.user_id === 'ada' && one.role === next));
          // What comes after it shows that it has come.
          cleo.text.insert(0, next);
          await shows(ada, cleo.text.text);
        };
        await ada.keyboard.type('no');
        await becomes('editor');
        await ada.keyboard.type('yes');
        await until(() => cleo.text.text.includes('yes'));
        await becomes('viewer');
        await ada.keyboard.type('no');
        await becomes('host');
        assert.equal(cleo.text.text.replace('yes', ''), 'hostviewereditor.');
      });
    });
  }

  describe('A text area, closer', () => {
    async function open(): Promise<{ ada: Page; cleo: Room }> {
      const server = await startServer();
      const script = await example('A text area');
      const body = '<textarea></textarea>';
      const { page } = await openPage(server, { token: tokenFor({ sub: 'ada', name: 'Ada' }), script, body });
      const cleo = roomFor(server, 'cleo', '42');
      await until(() => cleo.participants.length === 2);
      await page.locator('textarea').focus();
      return { ada: page, cleo };
    }
    const shows = (page: Page, text: string) => untilEqual(() => page.locator('textarea').inputValue(), text);

    it('a word that is being composed is not disturbed by others, and lands where it belongs', async () => {
      const { ada, cleo } = await open();
      await ada.keyboard.type('ab');
      await until(() => cleo.text.text === 'ab');
      await ada.keyboard.press('ArrowLeft');
      const keyboard = await ada.context().newCDPSession(ada);
      await keyboard.send('Input.imeSetComposition', { text: 'か', selectionStart: 1, selectionEnd: 1 });
      await shows(ada, 'aかb');
      cleo.text.insert(0, '😀');
      cleo.text.insert(4, '!');
      await cleo.text.stored();
      await keyboard.send('Input.imeSetComposition', { text: 'かに', selectionStart: 2, selectionEnd: 2 });
      await shows(ada, 'aかにb');
      await keyboard.send('Input.insertText', { text: '蟹' });
      await shows(ada, '😀a蟹b!');
      await until(() => cleo.text.text === '😀a蟹b!');
      await ada.keyboard.type('.');
      await until(() => cleo.text.text === '😀a蟹.b!');
    });

    it('one emoji in place of another is not cut in half', async () => {
      const { ada, cleo } = await open();
      await ada.keyboard.insertText('😀😀');
      await until(() => cleo.text.text === '😀😀');
      await ada.keyboard.press('Shift+ArrowLeft');
      await ada.keyboard.insertText('😁');
      await until(() => cleo.text.text === '😀😁');
      await ada.keyboard.press('Backspace');
      await until(() => cleo.text.text === '😀');
    });

    it('letters that are the same as their neighbours go where the caret is', async () => {
      const { ada, cleo } = await open();
      await ada.keyboard.type('aaa');
      await ada.keyboard.press('Home');
      await until(() => cleo.text.text === 'aaa');
      const inserted = new Promise((resolve) => cleo.text.on('change', ({ changes }) => resolve(changes)));
      await ada.keyboard.type('a');
      assert.deepEqual(await inserted, [{ from: 0, to: 0, insert: 'a' }]);
    });
  });
});
