/**
 * `npm run vitals`: how soon the page can be read, and what it weighs, as a phone on a slow network has it (a fourth of this
 * machine's speed; 1.6 Mbit/s and 150 ms a round trip) and as a desktop has it; medians of five visits, `RUNS=…` for others.
 */
import { pino } from 'pino';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { createCollaborationServer } from '../../server/index.ts';
import { findings } from '../support/axe.ts';
import { browser } from '../support/browser.ts';
import { temporaryDirectory } from '../support/process.ts';
import { linkOf, saved } from '../support/windows.ts';

/** What one visit came to: times in milliseconds. */
interface Vitals {
  /** When the words are there to be read. */
  read: number;
  firstPaint: number;
  largestPaint: number;
  /** What tasks took beyond 50 ms, until five seconds after the first paint. */
  blocked: number;
  /** How much things moved that nobody had touched. */
  shift: number;
  /** Of what it is made of, without what its service worker fetches later. */
  bytes: number;
}

interface Profile {
  options: BrowserContextOptions;
  isSlow: boolean;
}

const phone: Profile = {
  options: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
  isSlow: true,
};
const desktop: Profile = { options: { viewport: { width: 1280, height: 800 } }, isSlow: false };
const runs = Number(process.env.RUNS || 5);
/** What is looked at behind the first paint, in milliseconds. */
const lookedAt = 5_000;

const server = await createCollaborationServer({
  port: 0,
  host: '127.0.0.1',
  dataDir: temporaryDirectory(),
  drainMs: 0,
  logger: pino({ level: 'silent' }),
});
/** Pages, and what of each one comes to read. */
const song = { address: `${server.url}/song/auld-lang-syne`, words: '.sheet .line' };
const setlist = { address: `${server.url}/setlist/tonight`, words: '.setlist .number' };
const session = { address: `${server.url}/session/evening`, words: '.melody' };
const reading = { address: await fill(), words: song.words };
const visits = [
  { name: 'a song on a phone', ...song, ...phone, isAgain: false },
  { name: 'the same, again', ...song, ...phone, isAgain: true },
  { name: 'a song on a desktop', ...song, ...desktop, isAgain: false },
  { name: 'to read, on a phone', ...reading, ...phone, isAgain: false },
  { name: 'to read, on a desktop', ...reading, ...desktop, isAgain: false },
  { name: 'a set list on a phone', ...setlist, ...phone, isAgain: false },
  { name: 'and on a desktop', ...setlist, ...desktop, isAgain: false },
  { name: 'a session on a phone', ...session, ...phone, isAgain: false },
  { name: 'the same, again', ...session, ...phone, isAgain: true },
  { name: 'and on a desktop', ...session, ...desktop, isAgain: false },
];
console.log('                       read    FCP    LCP    TBT    CLS    KB   axe');
for (const { name, address, words, options, isSlow, isAgain } of visits) {
  const all: Vitals[] = [];
  let found: string[] = [];
  for (let run = 0; run < runs; run += 1) {
    const context = await (await browser()).newContext(options);
    if (isAgain) await (await visit(await context.newPage(), address, words, isSlow)).page.close();
    const { page, vitals } = await visit(await context.newPage(), address, words, isSlow);
    all.push(vitals);
    if (run === 0) found = await findings(page);
    await context.close();
  }
  const median = (of: keyof Vitals) =>
    all.map((vitals) => vitals[of]).sort((one, other) => one - other)[runs >> 1] ?? 0;
  const times = (['read', 'firstPaint', 'largestPaint', 'blocked'] as const).map((of) =>
    String(Math.round(median(of))),
  );
  const size = String(Math.round(median('bytes') / 1_024)).padStart(6);
  const shift = median('shift').toFixed(3);
  const cells = [...times, shift].map((cell) => cell.padStart(7)).join('');
  console.log(`${name.padEnd(21)}${cells}${size}${String(found.length).padStart(6)}`);
  for (const finding of found) console.log(`  ${finding}`);
}
await (await browser()).close();
await server.close();

/** Has something in the set list and in the session; returns a link by which the song may be read. */
async function fill(): Promise<string> {
  const context = await (await browser()).newContext(desktop.options);
  const page = await context.newPage();
  await page.goto(song.address);
  await page.locator(song.words).first().waitFor();
  const link = await linkOf(page, 'Only read');
  await page.goto(setlist.address);
  await page.getByRole('button', { name: 'Auld Lang Syne', exact: true }).click();
  await page.locator(setlist.words).waitFor();
  await saved(page);
  await page.goto(session.address);
  for (const name of ['Ode to Joy', 'Amazing Grace']) await page.getByRole('button', { name, exact: true }).click();
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await page.locator(session.words).waitFor();
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await page.getByText('Paused').waitFor();
  await context.close();
  return link;
}

/** Opens a page as for the first time in a window, and waits until all is there. */
async function visit(
  page: Page,
  address: string,
  words: string,
  isSlow: boolean,
): Promise<{ page: Page; vitals: Vitals }> {
  const devTools = await page.context().newCDPSession(page);
  await devTools.send('Network.enable');
  if (isSlow) {
    await devTools.send('Emulation.setCPUThrottlingRate', { rate: 4 });
    const bytesPerSecond = (kilobits: number) => (kilobits * 1_000) / 8;
    await devTools.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 150,
      downloadThroughput: bytesPerSecond(1_600),
      uploadThroughput: bytesPerSecond(750),
    });
  }
  let bytes = 0;
  devTools.on('Network.dataReceived', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  await page.addInitScript(observe, words);
  await page.goto(address);
  await page.locator(words).first().waitFor();
  await page.waitForFunction((until) => performance.now() > until, lookedAt);
  await page.waitForLoadState('networkidle');
  const seen = await page.evaluate(() => (globalThis as unknown as { vitals: Seen }).vitals);
  const { tasks, ...rest } = seen;
  const until = seen.firstPaint + lookedAt;
  const blocked = tasks
    .filter(([at]) => at > seen.firstPaint && at < until)
    .reduce((sum, [, duration]) => sum + duration - 50, 0);
  return { page, vitals: { ...rest, blocked, bytes } };
}

/** What the window itself notes down. */
type Seen = Pick<Vitals, 'read' | 'firstPaint' | 'largestPaint' | 'shift'> & {
  tasks: [at: number, duration: number][];
};

/** Runs in the page, before anything else does. */
function observe(words: string): void {
  const vitals: Seen = { read: 0, firstPaint: 0, largestPaint: 0, shift: 0, tasks: [] };
  Object.assign(globalThis, { vitals });
  for (const type of ['paint', 'largest-contentful-paint', 'layout-shift', 'longtask']) {
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value?: number; hadRecentInput?: boolean })[]) {
        const { entryType, name, startTime, duration, value = 0, hadRecentInput } = entry;
        if (name === 'first-contentful-paint') vitals.firstPaint = startTime;
        else if (entryType === 'largest-contentful-paint') vitals.largestPaint = startTime;
        else if (entryType === 'layout-shift' && !hadRecentInput) vitals.shift += value;
        else if (entryType === 'longtask') vitals.tasks.push([startTime, duration]);
      }
    }).observe({ type, buffered: true });
  }
  const looking = new MutationObserver(() => {
    if (!document.querySelector(words)) return;
    looking.disconnect();
    // It is seen with the next frame.
    requestAnimationFrame(() => {
      vitals.read = performance.now();
    });
  });
  looking.observe(document, { childList: true, subtree: true });
}
