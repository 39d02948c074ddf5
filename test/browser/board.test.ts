import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { board, sharedBoard } from '../../client/board.ts';
import { Client } from '../../client/index.ts';
import { cleanup } from '../support/cleanup.ts';
import { bundle, openPage } from '../support/programs.ts';
import { startServer, tokenFor } from '../support/server.ts';
import { until, untilEqual } from '../support/until.ts';
import type { Plan } from './fixtures/board.tsx';

const plans = sharedBoard<Plan>('plan');
const shows = (page: Page, name: string, value: unknown) =>
  untilEqual(() => page.getByTestId(name).textContent(), JSON.stringify(value));
const renders = (page: Page): Promise<Record<string, number>> => page.evaluate(() => ({ ...globalThis.renders }));

describe('the React hooks of a board', function () {
  this.timeout(60_000);

  it('show what is selected, render for nothing else, and write', async () => {
    const server = await startServer({ kinds: { plan: { type: board } } });
    const client = new Client(server.url, { token: tokenFor({ sub: 'ben' }), documents: [plans] });
    cleanup(() => client.disconnect());
    client.connect();
    const room = client.room('plan:1');
    const plan = room.document(plans);
    await plan.update([], { title: 'Plan', shapes: [] });
    const script = await bundle({ file: 'test/browser/fixtures/board.tsx' });
    const { page, complaints } = await openPage(server, { token: tokenFor({ sub: 'ada' }), script });
    await shows(page, 'title', 'Plan');
    await shows(page, 'shapes', []);

    const before = await renders(page);
    plan.insert(['shapes'], { x: 1 });
    await shows(page, 'shapes', [{ x: 1 }]);
    const drawn = await renders(page);
    assert.deepEqual(drawn, { ...before, shapes: drawn.shapes });
    room.setCursor<{ selected: string }>({ selected: 'the first' });
    await shows(page, 'selections', ['the first']);
    const pointed = await renders(page);
    assert.deepEqual(pointed, { ...drawn, selections: pointed.selections });

    await page.getByText('Name').click();
    await until(() => plan.value.title === 'by Ada');
    await page.getByText('Undo').click();
    await until(() => plan.value.title === 'Plan');
    await shows(page, 'title', 'Plan');
    assert.deepEqual(complaints, []);
  });
});
