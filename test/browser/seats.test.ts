import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { findings } from '../support/axe.ts';
import { until } from '../support/until.ts';
import { goToEnd, openWindow, pasteOver, shows, startDemo, type WindowOptions } from '../support/windows.ts';

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const tablet = { viewport: { width: 820, height: 1180 }, hasTouch: true, isMobile: true };

/** A window of somebody with a name, on a page that is connected. */
async function windowOf(name: string, address: string, options: WindowOptions = {}): Promise<Page> {
  const page = await openWindow('about:blank', options);
  const kept = JSON.stringify({ key: `the secret of ${name}`, name });
  await page.addInitScript((visitor) => localStorage.setItem('tutti visitor 1', visitor), kept);
  await page.goto(address);
  await page.locator('.connection.connected').waitFor();
  return page;
}

/** Where something is on the page; fails where it is not to be seen. */
async function boxOf(page: Page, selector: string) {
  const box = await page.locator(selector).first().boundingBox();
  assert.ok(box, `${selector} is shown`);
  return box;
}

/** What reaches beyond the page’s sides. */
function outside(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('button, a, input, .status span, h1')]
      .filter((element) => element.checkVisibility() && !element.closest('.cm-editor'))
      .filter((element) => {
        const { left, right, width } = element.getBoundingClientRect();
        return width > 0 && (left < -1 || right > innerWidth + 1);
      })
      .map(({ outerHTML }) => outerHTML.slice(0, 120)),
  );
}

describe('the page in a language', () => {
  for (const [locale, lang, share] of [
    ['de-AT', 'de', 'Teilen'],
    ['fr-FR', 'en', 'Share'],
  ] as const) {
    it(`speaks ${lang} to a browser in ${locale}, and says so`, async () => {
      const { url } = await startDemo();
      const page = await windowOf('Ann', url, { locale });
      await page.getByRole('button', { name: share }).click();
      await page.getByRole('dialog', { name: share }).waitFor();
      assert.equal(await page.locator('html').getAttribute('lang'), lang);
      assert.deepEqual(await findings(page), []);
    });
  }
});

describe('a face', () => {
  it('follows to the line that the sheet shows before the cursor, also on the other side of a phone', async () => {
    const { url } = await startDemo();
    const ann = await windowOf('Ann', `${url}/song/new`);
    await pasteOver(ann, `${'La [G]la\n'.repeat(200)}{soc}`);
    const ben = await windowOf('Ben', `${url}/song/new`, phone);
    await ben.getByRole('button', { name: 'Follow Ann' }).tap();
    await ben.getByText('Following Ann').waitFor();
    await goToEnd(ann);
    await ben.getByRole('button', { name: 'Read' }).tap();
    const paper = ben.locator('.paper');
    await until(() => paper.evaluate(({ scrollTop, clientHeight }) => scrollTop > 5 * clientHeight));
  });

  it('is not asked to follow where there is nothing to follow; and all of many are shown on a phone', async () => {
    const { url } = await startDemo();
    const ann = await windowOf('Ann', `${url}/session/evening`, phone);
    for (const name of ['Ben', 'Cyd']) await windowOf(name, `${url}/session/evening`);
    await ann.getByRole('button', { name: 'All 3 people' }).tap();
    const names = ann.getByRole('dialog', { name: 'Who is here' }).getByRole('listitem');
    await names.filter({ hasText: 'Cyd' }).waitFor();
    assert.equal(await ann.getByRole('button', { name: /Follow/ }).count(), 0);
    assert.equal(await ann.getByRole('img', { name: 'Ben' }).count(), 2);
    assert.deepEqual(await findings(ann), []);
  });
});

describe('a tablet and a phone', () => {
  it('have room for a song beside the chat and above the keyboard, however long the title', async () => {
    const { url } = await startDemo();
    const ann = await windowOf('Ann', `${url}/song/new`);
    const title = 'A title that goes on and on, for whoever wrote it could not stop';
    await pasteOver(ann, `{title: ${title}}\n${'La [G]la\n'.repeat(50)}`);
    for (const name of ['Ben', 'Cyd']) await windowOf(name, `${url}/song/new`);
    const page = await windowOf('Ida', `${url}/song/new`, { ...tablet, locale: 'de' });
    await page.getByRole('button', { name: 'Cyd folgen' }).waitFor();
    await shows(page, (text) => text.includes(title));
    await page.getByRole('button', { name: 'Chat' }).tap();
    // Whoever comes with a small screen reads first.
    await page.getByRole('button', { name: 'Schreiben' }).tap();
    for (const [width, height] of [
      [820, 1180],
      [820, 640],
      [390, 844],
      [390, 400],
      [320, 568],
    ] as const) {
      if (width === 390 && height === 844) await page.getByRole('button', { name: 'Chat schließen' }).tap();
      await page.setViewportSize({ width, height });
      const said = `${width} × ${height}`;
      assert.deepEqual(await outside(page), [], said);
      const editor = await boxOf(page, '.editor');
      assert.ok(
        editor.width >= Math.min(380, width - 40) && editor.height >= 150,
        `${said}: ${JSON.stringify(editor)}`,
      );
      assert.ok((await boxOf(page, '.bar .title span')).width >= 40, `${said}: the title`);
      await page.locator('.saved').waitFor();
    }
  });
});

describe('a keyboard that covers the page', () => {
  it('has the page above it, with the field where one writes', async () => {
    const { url } = await startDemo();
    const page = await openWindow('about:blank', tablet);
    await page.addInitScript(() => {
      // As on an iPad: what is seen becomes smaller, and the window does not.
      const visualViewport = Object.assign(new EventTarget(), { height: 1180, scale: 1 });
      Object.defineProperty(globalThis, 'visualViewport', { value: visualViewport });
    });
    await page.goto(`${url}/song/new`);
    await page.getByRole('button', { name: 'Chat' }).tap();
    const keyboard = (height: number, scale = 1) =>
      page.evaluate(
        (seen) => {
          Object.assign(visualViewport ?? {}, seen);
          visualViewport?.dispatchEvent(new Event('resize'));
          return document.querySelector('.chat form')?.getBoundingClientRect().bottom ?? Infinity;
        },
        { height, scale },
      );
    assert.ok((await keyboard(640)) < 640);
    assert.ok((await keyboard(590, 2)) > 640, 'not where one zooms in');
    assert.ok((await keyboard(1180)) > 640);
  });
});

describe('forced colours', () => {
  it('leave what only colours say', async () => {
    const { url } = await startDemo();
    const page = await windowOf('Ann', `${url}/song/new`, { ...phone, forcedColors: 'active' });
    const background = (selector: string) =>
      page.locator(selector).evaluateAll((elements) => elements.map((each) => getComputedStyle(each).backgroundColor));
    const tabs = await background('.tabs button');
    assert.equal(new Set(tabs).size, 2, 'which side is shown');
    await page.getByRole('button', { name: /, you/ }).tap();
    assert.equal(new Set(await background('.palette label')).size, 8);
    assert.equal(new Set(await background('.connection')).size, 1);
  });
});

describe('less motion', () => {
  it('is none, of whatever the page is made of', async () => {
    const { url } = await startDemo();
    const page = await windowOf('Ann', `${url}/session/evening`, { reducedMotion: 'reduce' });
    await page.getByRole('button', { name: 'Ode to Joy' }).click();
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await page.locator('.melody').waitFor();
    const moving = () =>
      page.evaluate(() =>
        [...document.querySelectorAll('*')].flatMap((element) =>
          [undefined, '::before', '::after'].flatMap((pseudo) => {
            const { transitionDuration, animationDuration, scrollBehavior } = getComputedStyle(element, pseudo);
            const isStill = ![transitionDuration, animationDuration].join().match(/[1-9]/);
            return isStill && scrollBehavior === 'auto' ? [] : [`${element.className}${pseudo ?? ''}`];
          }),
        ),
      );
    assert.deepEqual(await moving(), []);
    await page.goto(url);
    await page.locator('.sheet .line').first().waitFor();
    assert.deepEqual(
      (await moving()).filter((name) => !name.startsWith('cm-')),
      [],
    );
  });
});

describe('the keyboard alone', () => {
  it('opens the chat, writes, closes it and is back', async () => {
    const { url } = await startDemo();
    const page = await windowOf('Ann', `${url}/session/evening`);
    const chat = page.getByRole('button', { name: 'Chat' });
    await chat.focus();
    await page.keyboard.press('Enter');
    await page.keyboard.type('Hello');
    await page.keyboard.press('Enter');
    await page.getByRole('log').getByText('Hello').waitFor();
    assert.deepEqual(await findings(page), []);
    await page.keyboard.press('Escape');
    await page.getByRole('log').waitFor({ state: 'detached' });
    assert.ok(await chat.evaluate((button) => button === document.activeElement));
  });
});
