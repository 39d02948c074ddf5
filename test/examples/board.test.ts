/** A whiteboard and a form, in two windows on two instances: `npm run test:examples`. */
import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { installExamples, startExample } from '../support/examples.ts';
import { shareRedis } from '../support/instances.ts';
import { until } from '../support/until.ts';
import { openTab, openWindow } from '../support/windows.ts';

const run = promisify(execFile);
const strict =
  '--strict --noEmit --skipLibCheck --target es2023 --module esnext --moduleResolution bundler --jsx react-jsx';

describe('the example of a board', function () {
  this.timeout(240_000);
  const shared = shareRedis();
  let project: string;
  before(async () => {
    project = await installExamples(['board']);
    const cwd = join(project, 'board');
    await run('npm', ['run', 'build'], { cwd });
    const options = [...strict.split(' '), '--allowImportingTsExtensions', '--types', ''];
    await run(resolve('node_modules/.bin/tsc'), [...options, 'page.tsx'], { cwd });
  });

  it('has notes that are dragged and written in, and a form, for all at once', async () => {
    const [ada, ben] = await twoWindows();
    await ada.getByRole('button', { name: 'Add a note' }).click();
    await ada.getByLabel('Note').pressSequentially('Lemonade');
    await hasValue(ben, 'Note', 'Lemonade');
    await ben.locator('article[data-by="Ada"]').waitFor();

    const before = await placeOf(ada);
    const grip = await ada.getByRole('button', { name: 'Move' }).boundingBox();
    const [x, y] = [(grip?.x ?? 0) + 20, (grip?.y ?? 0) + 5];
    await ada.mouse.move(x, y);
    await ada.mouse.down();
    await ada.mouse.move(x + 150, y + 60, { steps: 5 });
    // While it is held.
    await until(async () => (await placeOf(ben)).x === before.x + 150);
    await ada.mouse.move(x + 300, y + 90, { steps: 5 });
    await ada.mouse.up();
    await until(async () => (await placeOf(ben)).x === before.x + 300);

    // Both at once: of each field, what was written last, and of texts all.
    await Promise.all([ada.getByLabel('When').fill('2027-06-20'), ben.getByLabel('Guests').fill('12')]);
    await ben.getByLabel('Wishes').pressSequentially('dry weather');
    await hasValue(ada, 'Wishes', 'dry weather');
    await ada.getByLabel('Wishes').press('Home');
    await Promise.all([
      ada.getByLabel('Wishes').pressSequentially('music, '),
      ben.getByLabel('Wishes').pressSequentially(' and cake'),
    ]);
    for (const page of [ada, ben]) {
      await hasValue(page, 'When', '2027-06-20');
      await hasValue(page, 'Guests', '12');
      await hasValue(page, 'Wishes', 'music, dry weather and cake');
    }

    // One's own alone: what Ben has written meanwhile stays.
    const undo = ada.getByRole('button', { name: 'Undo' });
    await until(() => undo.evaluate((button: HTMLButtonElement) => button.disabled || void button.click()));
    await until(async () => (await ben.locator('article').count()) === 0);
    await hasValue(ben, 'When', '');
    await hasValue(ben, 'Guests', '12');
    await hasValue(ben, 'Wishes', 'dry weather and cake');
  });

  it('keeps what is done offline over a reload, and brings it to the others', async () => {
    const [ada, ben] = await twoWindows();
    await ada.getByLabel('What').fill('A summer party');
    await hasValue(ben, 'What', 'A summer party');
    await ben.context().setOffline(true);
    await ben.getByText('Connected', { exact: true }).waitFor({ state: 'detached' });
    await ben.getByRole('button', { name: 'Add a note' }).click();
    await ben.getByLabel('Note').pressSequentially('Ice cream');
    await ben.getByLabel('Guests').fill('20');
    await ada.getByLabel('What').press('End');
    await ada.getByLabel('What').pressSequentially(', in June');
    await ben.close();
    await ben.context().setOffline(false);
    const again = await openTab(ben.context(), ben.url());
    for (const page of [ada, again]) {
      await hasValue(page, 'Note', 'Ice cream');
      await hasValue(page, 'Guests', '20');
      await hasValue(page, 'What', 'A summer party, in June');
    }
  });

  /** Ada's on one instance and Ben's on another, who see each other. */
  async function twoWindows(): Promise<[Page, Page]> {
    const environment = { REDIS_URL: shared.redis.url, LOG_LEVEL: 'silent' };
    const instances = await Promise.all([1, 2].map(() => startExample(project, 'board', environment)));
    const [ada, ben] = await Promise.all(
      instances.map(({ url }, index) => {
        // From localhost, Socket.IO does not look whether there is a network.
        const address = url.replace('localhost', '127.0.0.1');
        return openWindow(`${address}/?name=${['Ada', 'Ben'][index]}`, { mayFail: true });
      }),
    );
    if (!ada || !ben) throw new Error('there are two');
    for (const page of [ada, ben]) await until(async () => (await page.getByRole('listitem').count()) === 2);
    return [ada, ben];
  }
});

async function hasValue(page: Page, label: string, value: string): Promise<void> {
  await until(async () => (await page.getByLabel(label, { exact: true }).inputValue()) === value);
}

/** Where the note is. */
async function placeOf(page: Page): Promise<{ x: number; y: number }> {
  return (await page.locator('article').boundingBox()) ?? { x: 0, y: 0 };
}
