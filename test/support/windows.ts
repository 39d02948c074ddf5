import assert from 'node:assert/strict';
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import type { CollaborationServer } from '../../server/application.ts';
import { browser, complaintsOf } from './browser.ts';
import { cleanup } from './cleanup.ts';
import { temporaryDirectory } from './process.ts';
import { startServer } from './server.ts';
import { until } from './until.ts';

/** A server that everybody may come to, with the page that `npm run build` made. */
export function startDemo(): Promise<CollaborationServer> {
  return startServer({ jwtSecret: undefined, dataDir: temporaryDirectory() });
}

export interface WindowOptions extends BrowserContextOptions {
  /** Whether the network may fail in this window: then the browser's own complaints of it are no errors. */
  mayFail?: boolean;
}

/** Someone's window, in a browser profile of its own. A test in which a page complains fails. */
export async function openWindow(address: string, options: WindowOptions = {}): Promise<Page> {
  const { mayFail = false, ...contextOptions } = options;
  const context = await (await browser()).newContext({ viewport: { width: 1200, height: 800 }, ...contextOptions });
  const complaints = complaintsOf(context, mayFail);
  cleanup(async () => {
    // Before it ends: what still arrives in a window that closes, Chromium takes for an error.
    const heard = [...complaints];
    await context.close();
    assert.deepEqual(heard, []);
  });
  return openTab(context, address);
}

/** Another window of the same browser profile. */
export async function openTab(context: BrowserContext, address: string): Promise<Page> {
  const page = await context.newPage();
  page.setDefaultTimeout(25_000);
  await page.goto(address);
  return page;
}

/** Two people's windows on one empty song, the first with its cursor in it. */
export async function twoWindows(): Promise<[Page, Page]> {
  const { url } = await startDemo();
  const windows = [await openWindow(`${url}/song/new`), await openWindow(`${url}/song/new`)] as const;
  for (const page of windows) await page.getByText('Connected').waitFor();
  for (const page of windows)
    await until(
      async () =>
        (await page
          .getByRole('listitem')
          .filter({ has: page.locator('.face') })
          .count()) === 2,
    );
  return [...windows];
}

/** The song as a window's editor shows it, when it has come. */
export async function textIn(page: Page): Promise<string> {
  await editorIn(page);
  return page.evaluate(() => [...document.querySelectorAll('.cm-line')].map((line) => line.textContent).join('\n'));
}

/** Waits until a window shows a song that fits. */
export function shows(page: Page, fits: (text: string) => boolean): Promise<string> {
  return until(async () => {
    const text = await textIn(page);
    return fits(text) && text;
  });
}

/** Waits until all that was typed in a window is in the log. */
export async function saved(page: Page): Promise<void> {
  await page.getByText('Saved', { exact: true }).waitFor();
}

/** Waits until a window has noted its page by this title, among those that it offers elsewhere: some time after it shows it. */
export async function noted(page: Page, title: string): Promise<void> {
  await page.waitForFunction((title) => document.title === `${title} – Tutti`, title);
}

/** Waits for a window's editor, which comes after the song: without a network it would not come. */
export async function editorIn(page: Page): Promise<void> {
  await page.locator('.cm-content').waitFor({ state: 'attached' });
}

/** Brings the cursor to the end of the song. */
export async function goToEnd(page: Page): Promise<void> {
  await page.locator('.cm-content').focus();
  await page.keyboard.press('Control+End');
}

/** What a window sets at its right side. */
export function sheetOf(page: Page): Promise<string> {
  return page.locator('.sheet').innerText();
}

/** Pastes a text over all of the song. */
export async function pasteOver(page: Page, text: string): Promise<void> {
  await page.locator('.cm-content').focus();
  await page.keyboard.press('Control+a');
  await page.locator('.cm-content').evaluate((editor, pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', pasted);
    editor.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, text);
}

/** A link that a window's Share box makes, and shows again where it has made it before. */
export async function linkOf(page: Page, choice: 'Write' | 'Only read'): Promise<string> {
  await page.getByRole('button', { name: 'Share' }).click();
  await page.getByRole('radio', { name: choice }).check();
  const field = page.getByRole('textbox', { name: 'Link' });
  const make = page.getByRole('button', { name: 'Make a link' });
  await field.or(make).and(page.locator(':enabled')).waitFor();
  if (await make.isVisible()) await make.click();
  const link = await field.inputValue();
  await page.keyboard.press('Escape');
  return link;
}
