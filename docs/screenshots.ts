/** `npm run screenshots`: takes the pictures in docs/pictures/, which README.md shows, of a server of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import jwt from 'jsonwebtoken';
import { pino } from 'pino';
import { type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { board } from '../client/board.ts';
import { createCollaborationServer } from '../server/index.ts';
import { serveBoard } from './exampleBoard.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'tutti-'));
const server = await createCollaborationServer({
  port: 0,
  host: '127.0.0.1',
  dataDir,
  drainMs: 0,
  logger: pino({ level: 'silent' }),
});
const jwtSecret = 'a secret of the screenshots alone';
const boards = await createCollaborationServer({
  port: 0,
  host: '127.0.0.1',
  basePath: '/tutti',
  jwtSecret,
  kinds: { plan: { type: board } },
  drainMs: 0,
  logger: pino({ level: 'silent' }),
});
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-dev-shm-usage', '--autoplay-policy=no-user-gesture-required'],
});
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

const ada = await visit('/', 'Ada', '#4653b8');
await heading(ada);
await take(ada, 'first-screen');

const ben = await visit('/', 'Ben', '#12724f');
const cyd = await visit('/', 'Cyd', '#b3266b');
for (const page of [ben, cyd]) await heading(page);
await ben.getByText('And [G]never brought').click();
await ben.keyboard.press('Home');
for (let letter = 0; letter < 15; letter += 1) await ben.keyboard.press('Shift+ArrowRight');
await ada.getByText("We'll [G]tak a cup").first().click();
await ada.keyboard.press('End');
await cyd.getByText('And [G]surely I').click();
await cyd.keyboard.press('End');
await cyd.keyboard.type(' aye');
await cyd.getByRole('button', { name: 'Chat' }).click();
for (const [page, words] of [
  [cyd, 'Shall we do the chorus twice?'],
  [ada, 'Yes, and slower the second time.'],
] as const) {
  if (page === ada) await page.getByRole('button', { name: /^Chat/ }).click();
  await page.getByLabel('Message', { exact: true }).fill(words);
  await page.keyboard.press('Enter');
}
await ada.getByRole('log').getByText('Yes, and').waitFor();
await ada.getByText('Cyd is typing…').waitFor();
await take(ada, 'two-cursors');

const dark = await visit('/', 'Dee', '#8a5a00', { colorScheme: 'dark' });
await heading(dark);
await dark.getByRole('button', { name: 'Key: more' }).click();
await dark.getByRole('button', { name: 'Key: more' }).click();
await take(dark, 'dark');
await dark.close();

const paper = await visit('/', 'Ada', '#4653b8', { viewport: { width: 794, height: 1123 } });
await heading(paper);
await paper.emulateMedia({ media: 'print' });
// The margins of the paper, which the printer adds.
await paper.evaluate(() => document.body.style.setProperty('padding', '14mm 16mm'));
await take(paper, 'print');
await paper.close();

const mobile = await visit('/', 'Eve', '#b3401f', phone);
await heading(mobile);
await take(mobile, 'phone');
await mobile.getByRole('button', { name: 'Stage', exact: true }).tap();
await mobile.getByRole('dialog').waitFor();
await take(mobile, 'stage');
await mobile.close();

const band = await visit('/', 'Ada', '#4653b8');
await heading(band);
for (const title of ['Wild Mountain Thyme', 'The Water Is Wide', 'Loch Lomond']) {
  await band.goto(`${server.url}/song/${title.toLowerCase().replaceAll(' ', '-')}`);
  await band.getByText('Connected').waitFor();
  await band.locator('.cm-content').fill(`{title: ${title}}\n{key: G}\n`);
  await band.getByText('Saved', { exact: true }).waitFor();
}
await band.goto(`${server.url}/setlist/friday`);
await band.getByText('Connected').waitFor();
await band.getByLabel('What the set list is called').fill('Friday at the Anchor');
for (const title of ['The Water Is Wide', 'Loch Lomond', 'Auld Lang Syne', 'Wild Mountain Thyme']) {
  await band.getByRole('button', { name: title, exact: true }).click();
}
await band.getByRole('button', { name: 'Key: more' }).nth(1).click();
await band.getByRole('button', { name: 'Capo: more' }).nth(2).click();
await take(band, 'setlist');
await band.close();

const tablet = await visit('/', 'Ida', '#0b6f8a', {
  ...phone,
  viewport: { width: 1180, height: 820 },
  locale: 'de-DE',
});
await heading(tablet);
await tablet.getByRole('button', { name: 'Chat' }).tap();
await tablet.getByRole('log').getByText('Yes, and').waitFor();
await take(tablet, 'german');
await tablet.close();

await ben.context().setOffline(true);
await ben.getByText('You are offline.').waitFor();
await ben.keyboard.press('End');
await ben.keyboard.type(' (written on the train)');
await ben.getByText('Kept on this device').waitFor();
await take(ben, 'offline');

const host = await visit('/session/evening', 'Ada', '#4653b8');
const guest = await visit('/session/evening', 'Cyd', '#b3266b');
for (const name of ['Auld Lang Syne', 'Scarborough Fair', 'Amazing Grace']) {
  await host.getByRole('button', { name, exact: true }).click();
}
await host.getByRole('button', { name: 'Play', exact: true }).click();
await guest.getByRole('button', { name: /^Vote for Amazing Grace/ }).click();
await host.getByRole('button', { name: 'Vote for Amazing Grace, 1 so far' }).click();
for (const [team, points] of [
  ['Sopranos', 3],
  ['Tenors', 2],
] as const) {
  await host.getByRole('textbox', { name: 'Team' }).fill(team);
  await host.keyboard.press('Enter');
  for (let point = 0; point < points; point += 1) await host.getByRole('button', { name: `${team}: more` }).click();
}
await host.getByRole('slider', { name: 'Position' }).fill('12000');
await host.getByText('0:13').waitFor();
await take(host, 'session');

const plan = await planned();
await take(plan, 'board');

await browser.close();
await Promise.all([server.close(), boards.close()]);
rmSync(dataDir, { recursive: true });

/** Someone's window on a page, in a browser profile of its own. */
async function visit(path: string, name: string, color: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const visitor = { key: `${name} of the screenshots`, name, color };
  await context.addInitScript((kept) => localStorage.setItem('tutti visitor 1', kept), JSON.stringify(visitor));
  const page = await context.newPage();
  await page.goto(server.url + path);
  return page;
}

/** Two at the example's board: what one of them sees. */
async function planned(): Promise<Page> {
  const { origin } = new URL(boards.url);
  const pages: Page[] = [];
  for (const name of ['Ada', 'Ben']) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    const token = jwt.sign({ sub: name, name, rooms: { 'plan:*': 'editor' } }, jwtSecret, { expiresIn: '1h' });
    await serveBoard(context, origin, token);
    const page = await context.newPage();
    await page.goto(origin);
    await page.getByRole('button', { name: 'Add a note' }).waitFor();
    pages.push(page);
  }
  const [ada, ben] = pages as [Page, Page];
  await ada.getByLabel('What').fill('A summer party');
  await ada.getByLabel('When').fill('2027-06-19');
  await ada.getByLabel('Guests').fill('24');
  for (const [at, note] of ['Ask the band', 'Lanterns for the garden', 'Who brings a cake?'].entries()) {
    await ada.getByRole('button', { name: 'Add a note' }).click();
    await ada.getByLabel('Note').nth(at).fill(note);
  }
  await ben.getByLabel('Wishes').fill('A fire, and songs around it.');
  await ben.getByLabel('Wishes').focus();
  await ada.locator('[data-by="Ben"]').waitFor();
  return ada;
}

async function heading(page: Page): Promise<void> {
  await page.getByRole('heading', { name: 'Auld Lang Syne' }).waitFor();
  await page.locator('.connection.connected').waitFor();
}

async function take(page: Page, name: string): Promise<void> {
  // Nothing is shown as if the mouse were over it.
  await page.mouse.move(0, 0);
  await page.screenshot({ path: `docs/pictures/${name}.png` });
  console.log(`docs/pictures/${name}.png`);
}
