import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { until } from '../support/until.ts';
import { openWindow, startDemo } from '../support/windows.ts';

/** Three seconds of silence. */
function recording(): Buffer {
  const [rate, seconds] = [8_000, 3];
  const head = Buffer.alloc(44);
  head.write('RIFF');
  head.writeUInt32LE(36 + rate * seconds, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write('data', 36);
  head.writeUInt32LE(rate * seconds, 40);
  return Buffer.concat([head, Buffer.alloc(rate * seconds, 128)]);
}

/** A window on a session, for which all that is elsewhere is one recording; it notes down what it plays. */
async function listener(address: string): Promise<[page: Page, played: () => Promise<string>]> {
  const page = await openWindow('about:blank');
  const body = recording();
  await page.route('https://music.example/**', (route) => route.fulfill({ contentType: 'audio/wav', body }));
  await page.addInitScript(() => {
    const played: string[] = [];
    Object.assign(globalThis, { played });
    for (const act of ['play', 'pause'] as const) {
      const original = HTMLMediaElement.prototype[act];
      HTMLMediaElement.prototype[act] = function () {
        if (this.src !== '') played.push(`${act} ${this.src}`);
        return original.call(this) as never;
      };
    }
  });
  await page.goto(address);
  return [page, () => page.evaluate(() => (globalThis as unknown as { played: string[] }).played.at(-1) ?? '')];
}

describe('a link in a session', () => {
  it('is added as an address, played in all windows, and opened by who wants to', async () => {
    const { url } = await startDemo();
    const [ann, playedByAnn] = await listener(`${url}/session/evening`);
    const field = ann.getByRole('textbox', { name: 'Address' });
    await field.fill('https://music.example/our song.wav');
    await ann.keyboard.press('Enter');
    const waiting = ann.locator('.queue li');
    await waiting.getByText('music.example our song.wav').waitFor();
    await waiting.getByText('0:03 · you').waitFor();
    await until(async () => (await field.inputValue()) === '');

    const [ben, playedByBen] = await listener(`${url}/session/evening`);
    for (const page of [ann, ben]) await page.getByRole('button', { name: 'Turn the sound on' }).click();
    await ann.getByRole('button', { name: 'Play', exact: true }).click();
    const address = 'https://music.example/our%20song.wav';
    for (const [page, played] of [
      [ann, playedByAnn],
      [ben, playedByBen],
    ] as const) {
      const link = page.getByRole('link', { name: 'Open the link' });
      assert.deepEqual(
        [await link.getAttribute('href'), await link.getAttribute('target'), await link.getAttribute('rel')],
        [address, '_blank', 'noreferrer'],
      );
      await until(async () => (await played()) === `play ${address}`);
    }
    await ann.getByRole('button', { name: 'Pause' }).click();
    await until(async () => (await playedByBen()) === `pause ${address}`);
  });

  it('is none where there is no address, and says so', async () => {
    const { url } = await startDemo();
    const [ann] = await listener(`${url}/session/evening`);
    const field = ann.getByRole('textbox', { name: 'Address' });
    const why = () => field.evaluate((input: HTMLInputElement) => input.validationMessage);
    for (const typed of ['', 'our song', 'javascript:alert(1)', 'http://music.example/song.wav']) {
      await field.fill(typed);
      await ann.keyboard.press('Enter');
      assert.notEqual(await why(), '', typed);
    }
    // One that is too long when it is written as an address.
    await field.fill(`https://music.example/${'a b'.repeat(300)}`);
    await ann.keyboard.press('Enter');
    await ann.getByRole('alert').getByText('It is too long.').waitFor();
    await field.fill('https://music.example/song.wav');
    await ann.keyboard.press('Enter');
    await ann.locator('.queue li').getByText('music.example song.wav').waitFor();
    assert.equal(await ann.locator('.queue li').count(), 1);
    await ann.getByRole('alert').waitFor({ state: 'detached' });
  });
});
