import assert from 'node:assert/strict';
import type { Log } from '../../server/logs/log.ts';
import { createMemoryLog } from '../../server/logs/memory.ts';
import { pagesOf } from '../../server/rooms/pages.ts';
import type { Entry } from '../../shared/documents/type.ts';

describe('the pages of a log', () => {
  const entries = Array.from(
    { length: 100 },
    (_, index): Entry => ({ operation: ['x', index], client_id: 'ann', user_id: 'ann', timestamp: 1_700_000_000_000 }),
  );

  async function read(meanwhile: (log: Log, epoch: string) => Promise<unknown>): Promise<number[]> {
    const log = createMemoryLog();
    const { epoch } = await log.append('room', { epoch: '', after: 0, entries });
    const revisions: number[] = [];
    let pages = 0;
    for await (const { after, entries } of pagesOf(log, 'room', { epoch, after: 0, to: 100 })) {
      entries.forEach((_, index) => {
        revisions.push(after + index + 1);
      });
      pages += 1;
      if (pages === 1) await meanwhile(log, epoch);
    }
    assert.ok(pages > 1 || revisions.length < 100);
    return revisions;
  }
  const from = (first: number) => Array.from({ length: 100 - first + 1 }, (_, index) => first + index);

  it('are all of it', async () => {
    assert.deepEqual(await read(async () => {}), from(1));
  });

  it('go on behind what is trimmed meanwhile, with all that is left', async () => {
    const keep = { entries: 30, bytes: Number.MAX_SAFE_INTEGER };
    const revisions = await read((log, epoch) => log.snapshot('room', { epoch, revision: 100, content: '' }, keep));
    assert.deepEqual(revisions.slice(-30), from(71));
    assert.ok(revisions.length < 50);
  });

  it('end where another epoch begins', async () => {
    const revisions = await read((log, epoch) => log.restart('room', { epoch, revision: 100, content: '' }));
    assert.ok(revisions.length > 0 && revisions.length < 50);
  });
});
