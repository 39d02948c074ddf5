import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { findings } from '../support/axe.ts';
import { until } from '../support/until.ts';
import { openWindow, saved, startDemo } from '../support/windows.ts';

const song = `{title: Long}\n{tempo: 400}\n{time: 2/4}\n${Array.from({ length: 120 }, (_, at) => `[G]Line ${at} of [D7]it`).join('\n')}`;

/** A window on a long song, and which of its lines it has told others of. */
async function atSong(url: string): Promise<[page: Page, told: number[]]> {
  const page = await openWindow('about:blank');
  const told: number[] = [];
  page.on('websocket', (socket) =>
    socket.on('framesent', ({ payload }) => {
      const [, line] = /"kind":"stage".*?"line":(\d+)/.exec(String(payload)) ?? [];
      if (line !== undefined) told.push(Number(line));
    }),
  );
  await page.goto(`${url}/song/long`);
  await page.getByText('Connected').waitFor();
  return [page, told];
}

async function goOnStage(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Stage', exact: true }).click();
  await page.getByRole('dialog', { name: 'On stage: Long' }).waitFor();
}

/** How far down the stage's sheet is, when it stands still: over some frames, for a slow machine shows few. */
async function restingPlace(page: Page, fits: (top: number) => boolean = () => true): Promise<number> {
  const paper = page.locator('.on-stage .paper');
  const { top } = await until(async () => {
    const place = await paper.evaluate(async (element) => {
      const before = element.scrollTop;
      for (let frames = 0; frames < 5; frames++) await new Promise(requestAnimationFrame);
      return element.scrollTop === before ? { top: before } : undefined;
    });
    return place && fits(place.top) && place;
  });
  return top;
}

describe('the stage', () => {
  it('is turned by the keys of a pedal, goes on by itself, and others follow who leads', async () => {
    const { url } = await startDemo();
    const [ann, told] = await atSong(url);
    await ann.locator('.cm-content').fill(song);
    await saved(ann);
    const [ben] = await atSong(url);
    await ben.getByRole('heading', { name: 'Long' }).waitFor();
    await goOnStage(ann);
    await goOnStage(ben);

    await ann.keyboard.press('PageDown');
    const first = await restingPlace(ann, (top) => top > 300);
    for (const key of ['ArrowRight', ' ']) await ann.keyboard.press(key);
    const third = await restingPlace(ann, (top) => top > first);
    await ann.keyboard.press('PageUp');
    const back = await restingPlace(ann, (top) => top < third);
    assert.equal(await restingPlace(ben), 0);

    await ann.getByRole('button', { name: 'Lead' }).click();
    const following = ben.getByRole('toolbar').getByRole('button', { name: /^Follow/ });
    await following.waitFor();
    await restingPlace(ben, (top) => top > 0);
    await ann.keyboard.press('PageDown');
    const led = await restingPlace(ann, (top) => top > back);
    await restingPlace(ben, (top) => Math.abs(top - led) < 40);

    // Who turns alone goes alone.
    await ben.keyboard.press('PageUp');
    await restingPlace(ben, (top) => top < led - 100);
    assert.equal(await following.getAttribute('aria-pressed'), 'false');

    const before = await restingPlace(ann);
    const [began, toldBefore] = [performance.now(), told.length];
    await ann.getByRole('button', { name: 'Scroll by itself' }).click();
    await until(
      async () => (await ann.locator('.on-stage .paper').evaluate(({ scrollTop }) => scrollTop)) > before + 80,
    );
    // A line that comes to the top is told of once, and every three seconds that one is still there.
    const seconds = (performance.now() - began) / 1_000;
    const lines = new Set(told.slice(toldBefore)).size;
    assert.ok(lines >= 2 && told.length - toldBefore <= lines + seconds / 3, String(told.slice(toldBefore)));
    await ann.getByRole('button', { name: 'Leave the stage' }).click();
    await ann.getByRole('dialog').waitFor({ state: 'detached' });
    // The browser gives the screen back in a time of its own.
    await until(() => ann.evaluate(() => document.fullscreenElement === null));
  });

  it('fits a phone that lies', async () => {
    const { url } = await startDemo();
    const page = await openWindow(url, { viewport: { width: 844, height: 390 }, hasTouch: true, isMobile: true });
    await page.getByRole('heading', { name: 'Auld Lang Syne' }).waitFor();
    await page.getByRole('button', { name: 'Stage', exact: true }).tap();
    await page.getByRole('dialog').waitFor();
    const paper = await page.locator('.on-stage .paper').boundingBox();
    assert.ok(paper && paper.height > 380, 'the song has all of the height');
    for (const button of await page.getByRole('dialog').getByRole('button').all()) {
      const box = await button.boundingBox();
      assert.ok(box && box.x >= 0 && box.x + box.width <= 844 && box.y + box.height <= 390, await button.innerText());
    }
    assert.deepEqual(await findings(page), []);
    await page.locator('.on-stage .paper').tap({ position: { x: 300, y: 300 } });
    await until(() => page.locator('.on-stage .paper').evaluate(({ scrollTop }) => scrollTop > 0));
  });
});
