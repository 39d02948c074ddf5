import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { startServer, tokenFor } from '../support/server.ts';
import { until } from '../support/until.ts';
import { linkOf, noted, openWindow, saved, startDemo } from '../support/windows.ts';

/** A note as it leaves a window: when, in milliseconds since the epoch, and how high. */
interface Heard {
  at: number;
  frequency: number;
}

/** A window on a session that notes down what it hands to the sound card, and when that is to be heard. */
async function listener(address: string): Promise<Page> {
  const page = await openWindow('about:blank');
  await noting(page);
  await page.goto(address);
  await page.getByText('Connected').waitFor();
  await page.getByRole('button', { name: 'Turn the sound on' }).click();
  return page;
}

/** Has a window note down what it hands to the sound card. */
async function noting(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const heard: Heard[] = [];
    Object.assign(globalThis, { heard });
    const { start } = OscillatorNode.prototype;
    OscillatorNode.prototype.start = function (when = 0) {
      const { currentTime, outputLatency } = this.context as AudioContext;
      heard.push({ at: Date.now() + (when + outputLatency - currentTime) * 1000, frequency: this.frequency.value });
      start.call(this, when);
    };
  });
}

function heardBy(page: Page): Promise<Heard[]> {
  return page.evaluate(() => (globalThis as unknown as { heard: Heard[] }).heard);
}

/** How far apart two windows are, at most, in the next notes that both play from a time on, in milliseconds. */
async function apart(one: Page, other: Page, from: number): Promise<number> {
  const [notes, others] = await until(async () => {
    const heard = await Promise.all([heardBy(one), heardBy(other)]);
    const [some, all] = heard.map((notes) => notes.filter(({ at }) => at > from)) as [Heard[], Heard[]];
    // What is at the edge for one may be beyond it for the other.
    const [begin, end] = [(all[0]?.at ?? 0) + 100, (all.at(-1)?.at ?? 0) - 100];
    const both = some.filter(({ at }) => at > begin && at < end);
    return both.length >= 6 && ([both, all] as const);
  });
  return Math.max(
    ...notes.map(({ at, frequency }) =>
      Math.min(...others.filter((note) => note.frequency === frequency).map((note) => Math.abs(note.at - at))),
    ),
  );
}

describe('a session', () => {
  it('plays in step in two windows, also in one that comes later: within 100 ms', async () => {
    const { url } = await startDemo();
    const ann = await listener(`${url}/session/evening`);
    await ann.getByRole('button', { name: 'Ode to Joy' }).click();
    await ann.getByRole('button', { name: 'Play', exact: true }).click();
    await ann.getByRole('heading', { name: 'Ode to Joy' }).waitFor();
    const ben = await listener(`${url}/session/evening`);
    // A window that was busy loading when it asked for the time knows it better after its next answer.
    await until(async () => (await apart(ben, ann, Date.now())) < 100);

    await ann.getByRole('slider', { name: 'Position' }).fill('10000');
    await ben.getByText('0:11', { exact: true }).waitFor();
    assert.ok((await apart(ben, ann, Date.now())) < 100, 'after a seek');
    await ann.getByRole('button', { name: 'Pause' }).click();
    await ben.getByText('Paused').waitFor();
  });

  it('takes votes from all, and plays what most want next', async () => {
    const { url } = await startDemo();
    const [ann, ben] = [await openWindow(`${url}/session/evening`), await openWindow(`${url}/session/evening`)];
    for (const name of ['Ode to Joy', 'Amazing Grace', 'Scarborough Fair']) {
      await ann.getByRole('button', { name, exact: true }).click();
    }
    await ben.getByRole('button', { name: 'Vote for Amazing Grace, 0 so far' }).click();
    await ann.getByRole('button', { name: 'Vote for Amazing Grace, 1 so far' }).click();
    await ben.getByRole('button', { name: 'Vote for Scarborough Fair, 0 so far' }).click();
    await ann.getByRole('button', { name: 'Vote for Scarborough Fair, 1 so far' }).waitFor();
    await ann.getByRole('button', { name: 'Next', exact: true }).click();
    for (const page of [ann, ben]) await page.getByRole('heading', { name: 'Amazing Grace' }).waitFor();
    await ann.getByRole('button', { name: 'Remove Ode to Joy' }).click();
    await until(async () => (await ben.locator('.queue li').count()) === 1);
  });

  it('keeps scores, which hosts give', async () => {
    const { url } = await startDemo();
    const ann = await openWindow(`${url}/session/evening`);
    await ann.getByRole('textbox', { name: 'Team' }).fill('Altos');
    await ann.keyboard.press('Enter');
    await ann.getByRole('button', { name: 'Altos: more' }).click();
    const ben = await openWindow(await linkOf(ann, 'Write'));
    await ben.locator('.scores').getByText('Altos').waitFor();
    await until(async () => (await ben.locator('.scores li b').textContent()) === '1');
    assert.equal(await ben.getByRole('button', { name: 'Altos: more' }).count(), 0);
    assert.equal(await ben.getByRole('button', { name: 'Play', exact: true }).count(), 0);
  });
});

describe('a session of a band', () => {
  it('plays songs of its own, with a metronome in step, and has links', async () => {
    const { url } = await startDemo();
    const ann = await openWindow('about:blank');
    await noting(ann);
    await ann.goto(`${url}/song/ours`);
    await ann.getByText('Connected').waitFor();
    await ann.locator('.cm-content').fill('{title: Ours}\n{tempo: 240}\n{time: 3/4}\n{duration: 60}\n[G]One line');
    await noted(ann, 'Ours');
    await saved(ann);
    await ann.goto(`${url}/session/evening`);
    await ann.getByText('Connected').waitFor();
    await ann.getByRole('button', { name: 'Add the song Ours' }).click();
    await ann.getByRole('button', { name: 'Turn the sound on' }).click();
    await ann.getByRole('button', { name: 'Play', exact: true }).click();
    await ann.getByRole('heading', { name: 'Ours' }).first().waitFor();
    await ann.locator('.played-song').getByText('One line').waitFor();
    const ben = await listener(`${url}/session/evening`);
    // A window that was busy loading when it asked for the time knows it better after its next answer.
    await until(async () => (await apart(ben, ann, Date.now())) < 100);
    const beats = (await heardBy(ann)).map(({ frequency }) => Math.round(frequency));
    assert.deepEqual([...new Set(beats)].toSorted(), [1175, 1760].toSorted());
    await ann.getByRole('button', { name: 'Metronome' }).click();
    assert.equal(await ann.getByRole('button', { name: 'Metronome' }).getAttribute('aria-pressed'), 'false');
  });

  it('has songs that were opened by a link for all who come', async () => {
    const { url } = await startServer();
    const token = tokenFor({ sub: 'ann', name: 'Ann', rooms: { '*': 'host' } });
    const ann = await openWindow(`${url}/song/ours#token=${token}`);
    await ann.locator('.cm-content').fill('{title: Ours}\n[G]One line');
    await saved(ann);
    const song = await linkOf(ann, 'Only read');
    await ann.goto(`${url}/session/evening`);
    await ann.getByText('Connected').waitFor();
    const session = await linkOf(ann, 'Write');
    const ben = await openWindow(song);
    await noted(ben, 'Ours');
    await ben.goto(session);
    await ben.getByRole('button', { name: 'Add the song Ours' }).click();
    await ann.getByRole('button', { name: 'Play', exact: true }).click();
    const cyd = await openWindow(session);
    for (const page of [ann, cyd]) await page.locator('.played-song').getByText('One line').waitFor();
  });
});
