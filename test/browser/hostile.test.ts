import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { pasteOver, twoWindows } from '../support/windows.ts';

/** What someone may paste who means no good, 100,000 characters of each. */
const songs: Record<string, string> = {
  'a directive that does not end': `{t:${' '.repeat(100_000)}x`,
  'a line of brackets that nothing closes': '['.repeat(100_000),
  'a line of chords': '[A]'.repeat(33_000),
  'a line of one word': 'a'.repeat(100_000),
  'lines of chords': '[A]a [G]b\n'.repeat(10_000),
  'empty sections': '{soc}\n'.repeat(16_000),
  'a title that does not end': `{title: ${'la '.repeat(33_000)}}`,
};

/** Longer than the page may stand still on a busy machine, in milliseconds. Where a pattern backtracks, it is many seconds. */
const standstill = 4_000;

/** From now on, the longest that a page was at one thing, in milliseconds. */
async function watch(page: Page): Promise<() => Promise<number>> {
  const longest = await page.evaluateHandle(() => {
    const watched = { longest: 0 };
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) watched.longest = Math.max(watched.longest, duration);
    }).observe({ type: 'longtask' });
    return watched;
  });
  return () => longest.evaluate((watched) => watched.longest);
}

describe('a hostile song', () => {
  for (const [name, song] of Object.entries(songs)) {
    it(`stops nobody’s page: ${name}`, async () => {
      const [ann, ben] = await twoWindows();
      const longest = await watch(ben);
      await pasteOver(ann, song);
      await ann.keyboard.press('Control+Home');
      await ann.keyboard.type('{title: Still here}\n');
      await ben.getByRole('heading', { name: 'Still here' }).waitFor();
      await ben.getByRole('button', { name: 'Size: more' }).click();
      await ben.locator('output[aria-label="Size"]', { hasText: '110%' }).waitFor();
      await ben.locator('.cm-content').focus();
      await ben.keyboard.press('Control+Home');
      await ben.keyboard.type('{st: So am I}\n');
      await ann.locator('.subtitle', { hasText: 'So am I' }).waitFor();
      const took = await longest();
      assert.ok(took < standstill, `the page stood still for ${took} ms`);
    });
  }

  it('is set as far as a sheet goes, which says so, and is whole in the editor', async () => {
    const [ann, ben] = await twoWindows();
    await pasteOver(ann, `${'[A]la\n'.repeat(10_000)}The end`);
    await ben.getByText('The sheet ends here').waitFor();
    await ben.locator('.cm-content').focus();
    await ben.keyboard.press('Control+End');
    await ben.locator('.cm-line', { hasText: 'The end' }).waitFor();
  });
});

describe('the page', () => {
  it('has a policy that lets no text become markup or code, no form go anywhere, and no other site frame it', async () => {
    const [ann] = await twoWindows();
    const policy = (await ann.request.get(ann.url())).headers()['content-security-policy'] ?? '';
    const directives = Object.fromEntries(policy.split('; ').map((each) => each.split(/ (.*)/)));
    assert.deepEqual(directives, {
      'default-src': "'self'",
      'style-src': "'self' 'unsafe-inline'",
      'img-src': "'self' data:",
      'media-src': "'self' https:",
      'object-src': "'none'",
      'base-uri': "'none'",
      'form-action': "'none'",
      'frame-ancestors': "'self'",
      'require-trusted-types-for': "'script'",
      'trusted-types': 'tutti',
    });
  });
});
