import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { browser } from '../support/browser.ts';
import { cleanup } from '../support/cleanup.ts';
import { codeMirror, type Editor, editors, has, monaco, open, react, textArea } from '../support/editors.ts';
import { roomFor } from '../support/programs.ts';
import { startServer, tokenFor } from '../support/server.ts';
import { until } from '../support/until.ts';

/** Waits until an editor, its room and another's have a text. */
async function agree(ada: Page, cleo: { text: { text: string } }, text: string): Promise<void> {
  await until(() => cleo.text.text === text);
  await has(ada, text);
  assert.equal(await ada.evaluate(() => globalThis.bound.room.text.text), text);
}

/** Types at the end of the song. */
async function typeAtEnd(editor: Editor, page: Page, text: string): Promise<void> {
  await editor.focus(page);
  await page.keyboard.press('Control+End');
  await page.keyboard.type(text);
}

describe('an editor and its room', function () {
  this.timeout(60_000);

  for (const editor of editors) {
    describe(editor.name, () => {
      it('shows at once what the program writes, and the next keys land where the caret is', async () => {
        const { ada, cleo } = await open(editor, { text: 'song' });
        await typeAtEnd(editor, ada, '!');
        const shown = await ada.evaluate(() => {
          globalThis.bound.room.text.insert(0, 'My ');
          return globalThis.bound.text();
        });
        assert.equal(shown, 'My song!');
        await ada.keyboard.type('?');
        await agree(ada, cleo, 'My song!?');
        await ada.keyboard.press('Control+z');
        await agree(ada, cleo, 'My song!');
      });

      it('shows what the program writes when it hears of an edit', async () => {
        const { ada, cleo } = await open(editor, { text: 'song' });
        await ada.evaluate(() => {
          const { text } = globalThis.bound.room;
          text.on('change', ({ changes: [change] }) => {
            if (change?.insert === '.') text.insert(0, '<');
            if (change?.insert === '<') text.replace(1, 1, 'S');
          });
        });
        await typeAtEnd(editor, ada, '.');
        await agree(ada, cleo, '<Song.');
        cleo.text.insert(6, '.');
        await agree(ada, cleo, '<SSong..');
      });

      it('goes on as the room does, where the program has changed the editor in its own way', async () => {
        const { ada, cleo } = await open(editor, { text: 'song' });
        await ada.evaluate(() => globalThis.bound.put('long'));
        cleo.text.insert(4, ' of Cleo');
        await until(() =>
          ada.evaluate(() => {
            const { text } = globalThis.bound.room.text;
            return text.endsWith(' of Cleo') && globalThis.bound.text() === text;
          }),
        );
        await typeAtEnd(editor, ada, '!');
        await until(() => / of Cleo!$/.test(cleo.text.text));
        await agree(ada, cleo, cleo.text.text);
      });
    });
  }

  it('of React is not edited by a form that is reset', async () => {
    const { ada, cleo } = await open(react, { text: 'song' });
    await typeAtEnd(react, ada, '!');
    await agree(ada, cleo, 'song!');
    await ada.getByRole('button').click();
    await has(ada, 'song!');
    await typeAtEnd(react, ada, '?');
    await agree(ada, cleo, 'song!?');
  });

  describe('CodeMirror, closer', () => {
    it('shows the room’s song, whatever it begins with', async () => {
      const begin = {
        ...codeMirror,
        script: codeMirror.script.then((script) => `globalThis.begin = 'A draft';${script}`),
      };
      const { ada, cleo } = await open(begin, { text: 'song' });
      await typeAtEnd(codeMirror, ada, '!');
      await agree(ada, cleo, 'song!');
    });

    it('shows what the program writes in the midst of an update, and whatever else filters changes', async () => {
      const script = codeMirror.script.then(
        (text) => `globalThis.more = ({ state, view }, room) => [
        state.EditorState.transactionFilter.of((transaction) => transaction.docChanged && !transaction.isUserEvent('input') ? [] : transaction),
        view.ViewPlugin.define(() => ({ update({ transactions }) {
          if (transactions.some((each) => each.isUserEvent('input.type'))) room.text.insert(0, '<');
        } })),
      ];${text}`,
      );
      const { ada, cleo } = await open({ ...codeMirror, script }, { text: 'song' });
      await typeAtEnd(codeMirror, ada, '.');
      await agree(ada, cleo, '<song.');
      cleo.text.insert(0, '>');
      await agree(ada, cleo, '><song.');
    });
  });

  describe('Monaco, closer', () => {
    const run = (page: Page, code: string) => page.evaluate(code);

    it('stays with the room where line ends turn CRLF', async () => {
      const { ada, cleo } = await open(monaco, { text: 'one\ntwo\nthree' });
      const ids = cleo.text.on('change', ({ changes }) => assert.ok(changes.every(({ to, from }) => to - from < 5)));
      await run(ada, 'made.getModel().setEOL(1)');
      await typeAtEnd(monaco, ada, '!');
      await agree(ada, cleo, 'one\ntwo\nthree!');
      cleo.text.insert(8, 'and ');
      await agree(ada, cleo, 'one\ntwo\nand three!');
      await run(ada, 'made.getModel().pushEOL(1)');
      cleo.text.insert(4, 'or ');
      await agree(ada, cleo, 'one\nor two\nand three!');
      ids();
      await run(ada, 'made.setValue("one\\r\\ntwo\\r\\n")');
      await agree(ada, cleo, 'one\ntwo\n');
      await typeAtEnd(monaco, ada, 'four');
      await agree(ada, cleo, 'one\ntwo\nfour');
    });

    it('takes what a listener of the model changes in the midst of what others write', async () => {
      const { ada, cleo } = await open(monaco, { text: 'song' });
      await run(
        ada,
        `made.getModel().onDidChangeContent(({ changes: [{ text }] }) => {
          if (text === '.') made.getModel().applyEdits([{ range: made.getModel().getFullModelRange(), text: 'sung.' }]);
        })`,
      );
      cleo.text.insert(4, '.');
      await agree(ada, cleo, 'sung.');
      await typeAtEnd(monaco, ada, '.');
      await agree(ada, cleo, 'sung.');
    });

    it('ends with its model', async () => {
      const { ada, cleo, complaints } = await open(monaco, { text: 'song' });
      await run(ada, 'made.setModel(null)');
      cleo.text.insert(4, ' of Cleo');
      cleo.setCursor(2);
      await until(() => ada.evaluate(() => globalThis.bound.room.text.text === 'song of Cleo'));
      await until(() => ada.evaluate(() => globalThis.bound.room.cursors.length === 1));
      assert.deepEqual(complaints, []);
    });
  });

  describe('A text area, closer', () => {
    /** A page of its own with a text area in a form, as a server would send it. */
    async function openPage(): Promise<{ page: Page; address: string; cleo: ReturnType<typeof roomFor> }> {
      const server = await startServer();
      const cleo = roomFor(server, 'cleo', '42');
      cleo.text.insert(0, 'song');
      await cleo.text.stored();
      const context = await (await browser()).newContext({ bypassCSP: true });
      cleanup(() => context.close());
      const page = await context.newPage();
      const address = `${server.url}/api/v1/health`;
      const token = JSON.stringify(tokenFor({ sub: 'ada', name: 'Ada' }));
      const script = await textArea.script;
      await page.route('**/script.js', (route) => route.fulfill({ body: script, contentType: 'text/javascript' }));
      await page.route(address, (route) =>
        route.fulfill({
          contentType: 'text/html',
          headers: { 'cache-control': 'no-store' },
          body: `<!doctype html><html lang="en"><title>test</title><body><form>${textArea.body}<button type="reset">Reset</button></form>
            <script>globalThis.token = ${token}</script><script type="module" src="/script.js"></script></body></html>`,
        }),
      );
      await page.goto(address);
      await has(page, 'song');
      return { page, address, cleo };
    }

    it('is not edited by a browser that goes back', async () => {
      const { page, cleo } = await openPage();
      await typeAtEnd(textArea, page, ' of Ada');
      await agree(page, cleo, 'song of Ada');
      await page.goto('about:blank');
      cleo.text.replace(8, 3, 'Cleo');
      await cleo.text.stored();
      await page.goBack();
      await agree(page, cleo, 'song of Cleo');
      await typeAtEnd(textArea, page, '!');
      await agree(page, cleo, 'song of Cleo!');
    });

    it('is not edited by a form that is reset', async () => {
      const { page, cleo } = await openPage();
      await page.getByRole('button').click();
      // The form has reset what it shows, and the room's text is back: keys go where they are meant to from then on.
      await has(page, 'song');
      await typeAtEnd(textArea, page, '!');
      await agree(page, cleo, 'song!');
      await page.evaluate(() => document.forms[0]?.reset());
      await has(page, 'song!');
      await typeAtEnd(textArea, page, '?');
      await agree(page, cleo, 'song!?');
    });
  });
});
