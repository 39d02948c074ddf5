import assert from 'node:assert/strict';
import type { Log, News } from '../../server/logs/log.ts';
import type { Entry } from '../../shared/documents/type.ts';

/** A store as the suite has opened it: see logContract.ts. */
interface Opened {
  log: Log;
  reopen(): Promise<Log>;
  second?(): Promise<Log>;
}

/** More bytes than anything has. */
const all = Number.MAX_SAFE_INTEGER;

/** What every store promises of what is taken out of it: a part of describeLog. */
export function describeRedaction(openedLog: () => Opened, outlivesClose: boolean): void {
  let opened: Opened;
  let log: Log;
  let epoch: string;
  const said = Array.from({ length: 10 }, (_, index) => by('ann', index + 1));
  const gone = { ...by('ann', 4), operation: ['', { $binary: 'x' }], redacted: 'deleted' } satisfies Entry;

  beforeEach(async () => {
    opened = openedLog();
    log = opened.log;
    epoch = (await log.append('room', { epoch: '', after: 0, entries: said })).epoch;
  });

  const read = (from = log, at = epoch) => from.read('room', { epoch: at, after: 0, limit: 100, bytes: all });

  /** What takes the place of some of what was said. */
  const instead = (to: Entry, ...revisions: number[]) =>
    new Map(revisions.map((revision) => [revision, { from: said[revision - 1] ?? to, to }]));

  describe('redact', () => {
    it('puts an entry in the place of another: at its revision, with all others as they were', async () => {
      assert.equal(await log.redact('room', { epoch, entries: instead(gone, 4) }), true);
      const expected = said.with(3, gone);
      assert.deepEqual(await read(), expected);
      assert.deepEqual((await log.load('room')).entries, expected);
      assert.deepEqual(await read((await opened.second?.()) ?? log), expected);
      if (outlivesClose) assert.deepEqual(await read(await opened.reopen()), expected);
    });

    it('is the same the second time, and the room goes on from its head', async () => {
      for (let time = 0; time < 2; time++)
        assert.equal(await log.redact('room', { epoch, entries: instead(gone, 4) }), true);
      const appended = await log.append('room', { epoch, after: 10, entries: [by('ann', 11)] });
      assert.deepEqual(appended, { committed: true, epoch });
      assert.deepEqual(await read(), [...said.with(3, gone), by('ann', 11)]);
      await log.snapshot('room', { epoch, revision: 11, content: 'c' }, { entries: 8, bytes: all });
      assert.deepEqual(await log.read('room', { epoch, after: 3, limit: 1, bytes: all }), [gone]);
      assert.equal(await log.read('room', { epoch, after: 2, limit: 1, bytes: all }), undefined);
    });

    it('leaves alone what is trimmed, or beyond the head', async () => {
      await log.snapshot('room', { epoch, revision: 10, content: 'c' }, { entries: 5, bytes: all });
      const entries = instead(gone, 3, 5, 6, 10, 11);
      assert.equal(await log.redact('room', { epoch, entries }), true);
      const kept = await log.read('room', { epoch, after: 5, limit: 100, bytes: all });
      assert.deepEqual(kept, [gone, ...said.slice(6, 9), gone]);
      assert.equal((await log.load('room')).revision, 10);
      assert.equal(await log.read('room', { epoch, after: 4, limit: 1, bytes: all }), undefined);
    });

    it('changes nothing in another epoch, or where nothing was ever written', async () => {
      const entries = instead(gone, 1);
      assert.equal(await log.redact('room', { epoch: 'another', entries }), false);
      assert.equal(await log.redact('empty', { epoch: '', entries }), false);
      assert.deepEqual(await read(), said);
    });

    it('changes nothing where another has redacted meanwhile what was read: nothing that is gone comes back', async () => {
      const author = { from: 'user-ann', to: 'erased:1' };
      const erased = { ...gone, user_id: 'erased:1' };
      assert.equal(await log.redact('room', { epoch, entries: instead(erased, 4), author }), true);
      const edited = { ...by('ann', 4), operation: ['', 4], redacted: 'edited' } satisfies Entry;
      assert.equal(await log.redact('room', { epoch, entries: instead(edited, 3, 4, 5) }), false);
      assert.deepEqual(await read(), said.with(3, erased));
      if (outlivesClose) assert.deepEqual(await read(await opened.reopen()), said.with(3, erased));
    });

    it('recognises a retry of what was redacted, and a client by the name that its user has then', async () => {
      await log.append('room', { epoch, after: 10, entries: [by('bob', 1)] });
      const author = { from: 'user-ann', to: 'erased:1' };
      assert.equal(await log.redact('room', { epoch, entries: instead(gone, 10), author }), true);
      assert.deepEqual(await log.client('room', 'ann'), { user_id: 'erased:1', sequence: 10, revision: 10 });
      assert.deepEqual(await log.client('room', 'bob'), { user_id: 'user-bob', sequence: 1, revision: 11 });
    });

    it('is done for thousands of entries at once', async () => {
      const many = Array.from({ length: 3_000 }, (_, index) => by('bob', index + 1));
      await log.append('room', { epoch, after: 10, entries: many });
      const entries = new Map(
        many.flatMap((from, index) => (index % 2 ? [[11 + index, { from, to: gone }] as const] : [])),
      );
      assert.equal(await log.redact('room', { epoch, entries }), true);
      const read = await log.read('room', { epoch, after: 10, limit: 3_000, bytes: all });
      assert.deepEqual(
        read,
        many.map((entry, index) => (index % 2 ? gone : entry)),
      );
    });
  });

  describe('restart', () => {
    it('begins another epoch at the head, with the content that it is given', async () => {
      await log.snapshot('room', { epoch, revision: 8, content: 'before' }, { entries: 100, bytes: all });
      const told: News[] = [];
      const heard = new Promise<void>((resolve) => {
        log.follow('room', (news) => {
          told.push(news);
          if (news.entries.length === 0) resolve();
        });
      });
      assert.equal(await log.restart('room', { epoch, revision: 10, content: 'after' }), true);
      const loaded = await log.load('room');
      assert.notEqual(loaded.epoch, epoch);
      const snapshot = { epoch: loaded.epoch, revision: 10, content: 'after' };
      assert.deepEqual([loaded.revision, loaded.snapshot, loaded.entries], [10, snapshot, []]);
      assert.deepEqual(await read(log, loaded.epoch), said);
      assert.equal(await read(), undefined);
      assert.equal((await log.append('room', { epoch, after: 10, entries: [by('bob', 1)] })).committed, false);
      const next = { epoch: loaded.epoch, after: 10, entries: [by('bob', 1)] };
      assert.equal((await log.append('room', next)).committed, true);
      await heard;
      const news = told.find(({ entries }) => entries.length === 0);
      assert.deepEqual([news?.epoch, news?.revision], [loaded.epoch, 10]);
      if (outlivesClose) assert.equal((await (await opened.reopen()).load('room')).epoch, loaded.epoch);
    });

    it('changes nothing where the room stands elsewhere', async () => {
      for (const at of [
        { epoch, revision: 9 },
        { epoch, revision: 11 },
        { epoch: 'another', revision: 10 },
      ])
        assert.equal(await log.restart('room', { ...at, content: 'c' }), false);
      assert.equal(await log.restart('empty', { epoch: '', revision: 0, content: 'c' }), false);
      assert.deepEqual(await read(), said);
      assert.equal((await log.load('room')).snapshot, undefined);
    });
  });

  describe('wasDeleted', () => {
    it('knows the last epoch of a room that was deleted, also where there is another since', async () => {
      assert.equal(await log.wasDeleted('room', epoch), false);
      assert.equal(await log.wasDeleted('room'), false);
      await log.delete('room');
      assert.equal(await log.wasDeleted('room', epoch), true);
      assert.equal(await log.wasDeleted('room', ''), false);
      assert.equal(await log.wasDeleted('room'), true);
      const { epoch: next } = await log.append('room', { epoch: '', after: 0, entries: [by('ann', 1)] });
      assert.deepEqual([await log.wasDeleted('room', epoch), await log.wasDeleted('room', next)], [true, false]);
      if (outlivesClose) assert.equal(await (await opened.reopen()).wasDeleted('room', epoch), true);
    });
  });
}

function by(client_id: string, sequence: number): Entry {
  return {
    operation: ['x', sequence],
    client_id,
    sequence,
    user_id: `user-${client_id}`,
    timestamp: 1_700_000_000_000,
  };
}
