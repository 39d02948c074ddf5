import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { until } from '../support/until.ts';
import { openWindow, pasteOver, saved, startDemo, textIn, twoWindows } from '../support/windows.ts';

/** A song in a window of its own. */
async function openSong(source: string, viewport = { width: 1200, height: 800 }): Promise<Page> {
  const { url } = await startDemo();
  const page = await openWindow(`${url}/song/new`, { viewport });
  await page.getByText('Connected').waitFor();
  await pasteOver(page, source);
  await page.locator('.sheet .line').first().waitFor();
  return page;
}

/** What the whole sheet is when it is copied. */
function copied(page: Page, from: string, to = from): Promise<string> {
  return page.evaluate(
    ([first = '', last = '']) => {
      const [begin, end] = [document.querySelector(first), document.querySelector(last)];
      if (!begin || !end) throw new Error('nothing to copy');
      const range = document.createRange();
      range.setStart(begin, 0);
      range.setEnd(end, end.childNodes.length);
      const selection = getSelection();
      selection?.removeAllRanges();
      selection?.addRange(range);
      const event = new ClipboardEvent('copy', { clipboardData: new DataTransfer(), bubbles: true, cancelable: true });
      begin.dispatchEvent(event);
      return event.clipboardData?.getData('text/plain') || (selection?.toString() ?? '');
    },
    [from, to],
  );
}

/** How many pages a song takes in print. */
async function pagesOf(page: Page): Promise<number> {
  const pdf = await page.pdf({ preferCSSPageSize: true });
  return pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
}

describe('the sheet', () => {
  it('has whole words for who searches and who listens, with the chords behind the line', async () => {
    const page = await openSong('{title: Grace}\nA[G]mazing [C]grace, how [D7]sweet');
    const finds = (text: string) =>
      page.evaluate((sought) => {
        getSelection()?.collapse(document.querySelector('.sheet'), 0);
        return (globalThis as unknown as { find(text: string): boolean }).find(sought);
      }, text);
    assert.ok(await finds('Amazing grace, how sweet'));
    const session = await page.context().newCDPSession(page);
    await session.send('Accessibility.enable');
    const { nodes } = await session.send('Accessibility.getFullAXTree');
    const heard = nodes
      .filter(({ ignored, role }) => !ignored && role?.value === 'StaticText')
      .map(({ name }) => String(name?.value));
    assert.match(heard.join(''), /Amazing grace, how sweetChords: G, C, D7/);
  });

  it('is copied with chords over the words, or within a line as words alone', async () => {
    const page = await openSong(
      '{title: Grace}\n{key: G}\n{soc}\nA[G]mazing [C]grace\nhow [D7]sweet\n{eoc}\n\n{sog}\n| G . | C |\n{eog}',
    );
    await page.getByRole('button', { name: 'Key: more' }).click();
    await page.locator('[data-chord="A♭"]').first().waitFor();
    const expected = 'Grace\nKey of A♭\n\n[Chorus]\n Ab     Db\nAmazing grace\n    Eb7\nhow sweet\n\n| Ab . | Db |';
    assert.equal(await copied(page, '.sheet h1', '.sheet section:last-child .line'), expected);
    assert.equal(await copied(page, '.line.lyrics .word'), 'Amazing ');
  });

  it('names nobody twice, and shows no chorus that is empty', async () => {
    const page = await openSong('{title: x}\n{artist: Ann}\n{composer: Ann}\n{key: G}\n{key: G}\n{soc}\n{eoc}\n[G]One');
    await page.locator('[data-chord="G"]').waitFor();
    assert.deepEqual(await page.locator('.sheet .subtitle').allTextContents(), ['Ann']);
    assert.equal(await page.locator('.sheet .facts').textContent(), 'Key of G');
    assert.equal(await page.locator('.sheet section').count(), 1);
  });

  for (const [script, line] of Object.entries({
    Japanese: '[G]上を向いて[Em]歩こう涙がこぼれないように思い出す春の日一人ぽっちの夜、幸せは雲の上に',
    Chinese: '[G]月亮代表我的心你問我愛你有多深我愛你有幾分[C]你去想一想你去看一看月亮代表我的心',
    Thai: '[G]สวัสดีครับผมชื่อสมชายและผมรักประเทศไทยมากที่สุดในโลกเลยครับและอยากไปเที่ยวทะเลกับเพื่อน',
  })) {
    it(`breaks lines in ${script}`, async () => {
      const page = await openSong(line, { width: 800, height: 700 });
      await page.locator('[data-chord="G"]').waitFor();
      const paper = page.locator('.paper');
      assert.ok(await paper.evaluate(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth));
      const rows = await page.locator('.line.lyrics').evaluate((element) => {
        const range = document.createRange();
        range.selectNodeContents(element);
        return new Set([...range.getClientRects()].map(({ bottom }) => Math.round(bottom))).size;
      });
      assert.ok(rows > 1, `${rows} row`);
    });
  }

  it('keeps the order of Hebrew and Arabic, with chords where they belong', async () => {
    const page = await openSong('[Am]שלום [Dm]חברים, הב[E7/G#]אנו\n[Dm]يا ليل [A7]يا عين');
    await page.locator('[data-chord="A7"]').waitFor();
    const places = await page
      .locator('.line.lyrics')
      .evaluateAll((lines) =>
        lines.map((line) =>
          [...line.querySelectorAll('[data-chord]')].map((piece) => piece.getBoundingClientRect().right),
        ),
      );
    for (const rights of places) {
      assert.deepEqual(
        rights,
        [...rights].sort((one, other) => other - one),
        'each is to the left of the one before it',
      );
    }
    assert.equal(places[0]?.length, 3);
  });

  it('goes on when a translator has changed every text of the page', async () => {
    const [ann, ben] = await twoWindows();
    await pasteOver(ann, '{title: Grace}\n{artist: Ann}\n{soc}\nA[G]mazing grace\n{c: softly}\n{eoc}\n| one');
    await ben.getByRole('heading', { name: 'Grace' }).waitFor();
    // As translators do: each text in elements of their own.
    await ben.evaluate(() => {
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      const texts: Text[] = [];
      while (walker.nextNode()) {
        const text = walker.currentNode as Text;
        if (!text.parentElement?.closest('.cm-editor')) texts.push(text);
      }
      for (const text of texts) {
        const font = document.createElement('font');
        text.replaceWith(font);
        font.append(document.createElement('font'));
        font.firstElementChild?.append(text.data);
      }
    });
    await pasteOver(ann, '{title: Peace}\n{st: x}\n{c: loud}\n[D]Other [C]words\n\n{sot}\ne|--\n{eot}');
    await ben.getByRole('heading', { name: 'Peace' }).waitFor();
    await saved(ann);
    await until(async () => (await ben.locator('.line.lyrics').allTextContents()).join('') === 'Other words');
    await pasteOver(ann, '{title: Grace}\nOne');
    await ben.getByRole('heading', { name: 'Grace' }).waitFor();
    await until(async () => (await ben.locator('.sheet .line').allTextContents()).join('|') === 'One');
    await ben.getByRole('button', { name: 'Size: more' }).click();
    await ben.locator('output[aria-label="Size"]', { hasText: '110%' }).waitFor();
    assert.equal(await ben.locator('.sheet').getAttribute('translate'), 'no');
  });

  it('replaces nothing by what is no song, and says why', async () => {
    const page = await openSong('{title: Mine}\n[G]Words');
    const files = [
      ['song.pdf', Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3', 'latin1'), /This is a PDF/],
      ['song.cho', Buffer.from(''), /This file is empty/],
    ] as const;
    await page.getByRole('button', { name: 'Import and export' }).click();
    for (const [name, buffer, said] of files) {
      await page.locator('input[type=file]').setInputFiles({ name, mimeType: 'text/plain', buffer });
      await page.getByRole('alert').filter({ hasText: said }).filter({ hasText: 'Nothing was replaced' }).waitFor();
      assert.equal(await textIn(page), '{title: Mine}\n[G]Words');
    }
    const latin = Buffer.from('{title: F\xfcr \x93Elise\x94}\n[G]L\xe1', 'latin1');
    await page.locator('input[type=file]').setInputFiles({ name: 'a.cho', mimeType: 'text/plain', buffer: latin });
    await until(async () => (await textIn(page)) === '{title: Für “Elise”}\n[G]Lá');
  });
});

describe('a song on paper', () => {
  const small = (page: Page) =>
    page.evaluate(() => {
      const found: string[] = [];
      for (const element of document.querySelectorAll('.sheet *')) {
        const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim());
        for (const pseudo of [undefined, '::after']) {
          if (!pseudo && !hasText) continue;
          if (pseudo && !element.hasAttribute('data-chord')) continue;
          const { fontSize, display } = getComputedStyle(element, pseudo);
          if (display !== 'none' && Number.parseFloat(fontSize) < 10.6)
            found.push(`${element.className}${pseudo} ${fontSize}`);
        }
      }
      return found;
    });

  it('is never smaller than 8 pt, however long it is', async () => {
    const page = await openSong(
      `{title: Long}\n{key: G}\n{define: G frets 3 2 0 0 0 3 fingers 2 1 0 0 0 3}\n${'{soc}\nOne [G]more <small>small</small> [D7]line\n{c: remark [C]}\n{eoc}\n\n'.repeat(60)}{sot}\ne|--1--\n{eot}\n{sog}\n| G . |\n{eog}`,
    );
    await page.emulateMedia({ media: 'print' });
    assert.deepEqual(await small(page), []);
    assert.ok((await pagesOf(page)) > 1);
  });

  it('is on one page where it can be read there', async () => {
    const verse = '{sov}\nShould [G]auld acquaintance [D7]be forgot\nAnd [G]never brought to [C]mind\n{eov}\n\n';
    const page = await openSong(`{title: One}\n{key: G}\n${verse.repeat(20)}`);
    assert.equal(await pagesOf(page), 1);
  });

  it('leaves no page half empty before a long section', async () => {
    const line = 'Should [G]auld acquaintance [D7]be forgot, and [C]never brought to mind again, my friend\n';
    const page = await openSong(`{title: Long}\n{soc}\n${line.repeat(150)}{eoc}`);
    const inOne = await pagesOf(page);
    await pasteOver(page, `{title: Long}\n${`{sov}\n${line.repeat(5)}{eov}\n`.repeat(30)}`);
    await page.locator('.sheet section').nth(29).waitFor();
    assert.ok(inOne <= (await pagesOf(page)), `${inOne} pages`);
  });

  it('has tablatures whole: as wide as the page, and no string without the others', async () => {
    const wide = ['e', 'B', 'G', 'D', 'A', 'E'].map((string) => `${string}|${'--0--2--3-|'.repeat(22)}`);
    const page = await openSong(
      `{title: Tabs}\n${'[G]Words [C]here\n'.repeat(24)}\n{sot}\n${wide.map((text) => text.slice(0, 90)).join('\n')}\n{eot}\n\n{sot}\n${wide.join('\n')}\n{eot}`,
    );
    // As wide as the page.
    await page.setViewportSize({ width: 673, height: 1_000 });
    await page.emulateMedia({ media: 'print' });
    const overflowing = await page.locator('.tab .line, .tab pre').evaluateAll((lines) => {
      const right = document.querySelector('.sheet')?.getBoundingClientRect().right ?? 0;
      return lines.filter((line) => {
        const range = document.createRange();
        range.selectNodeContents(line);
        return line.checkVisibility() && range.getBoundingClientRect().right > right + 1;
      }).length;
    });
    assert.equal(overflowing, 0);
    const pieces = await page.locator('.tab pre').allTextContents();
    assert.ok(pieces.length > 1);
    for (const piece of pieces) assert.equal(piece.split('\n').length, 6);
    assert.equal(pieces.map((piece) => piece.split('\n')[0]).join(''), wide[0]);
    assert.equal(
      await page
        .locator('.system')
        .first()
        .evaluate((system) => getComputedStyle(system).breakInside),
      'avoid',
    );
    assert.deepEqual(await small(page), []);
  });
});
