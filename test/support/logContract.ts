import assert from 'node:assert/strict';
import type { Appended, Keep, Log, News, Snapshot } from '../../server/logs/log.ts';
import { proofsOf } from '../../server/logs/proof.ts';
import { LargeJson } from '../../shared/documents/largeJson.ts';
import type { Entry } from '../../shared/documents/type.ts';
import { describeRedaction } from './redactionContract.ts';
import { standStill } from './standStill.ts';
import { until } from './until.ts';

/** A store as the suite has opened it. */
export interface OpenedLog {
  log: Log;
  /** Closes the log and opens it again over what it has kept. */
  reopen(): Promise<Log>;
  /** Another instance on the same store; where missing, the same object stands for it. */
  second?(): Promise<Log>;
  /** Closes and removes all that was opened. */
  close(): Promise<void>;
}

/** More bytes than anything has. */
const all = Number.MAX_SAFE_INTEGER;
const noRevision: Appended = { committed: false, epoch: '', revision: 0 };

/** What every store promises: see server/logs/log.ts. Memory alone does not outlive a close. */
export function describeLog(name: string, open: () => Promise<OpenedLog>, outlivesClose = true): void {
  describe(name, () => {
    let opened: OpenedLog;
    let log: Log;

    beforeEach(async () => {
      opened = await open();
      log = opened.log;
    });

    afterEach(() => opened.close());

    describe('append', () => {
      it('begins an epoch with the first entry of a room', async () => {
        const epoch = await write(log, 'room', [entry(1)]);
        assert.match(epoch, /.{12}/);
        const loaded = await log.load('room');
        const proofs = ['', ...proofsOf('', [entry(1)])];
        assert.deepEqual(loaded, { epoch, revision: 1, entries: [entry(1)], timestamp: entry(1).timestamp, proofs });
      });

      it('makes the head, which is told without what is there', async () => {
        assert.deepEqual(await log.head('room'), { epoch: '', revision: 0 });
        const epoch = await write(log, 'room', entries(1, 3));
        assert.deepEqual(await log.head('room'), { epoch, revision: 3 });
        await log.delete('room');
        assert.deepEqual(await log.head('room'), { epoch: '', revision: 0 });
      });

      it('gives each room an epoch of its own', async () => {
        assert.notEqual(await write(log, 'one', [entry(1)]), await write(log, 'other', [entry(1)]));
      });

      it('follows the head, batch after batch', async () => {
        const epoch = await write(log, 'room', entries(1, 3));
        assert.deepEqual(await log.append('room', { epoch, after: 3, entries: entries(4, 4) }), {
          committed: true,
          epoch,
        });
        assert.deepEqual(await log.append('room', { epoch, after: 4, entries: entries(5, 9) }), {
          committed: true,
          epoch,
        });
        assert.deepEqual(await log.read('room', { epoch, after: 0, limit: 100, bytes: all }), entries(1, 9));
      });

      it('answers an append behind the head with the head, and keeps none of it', async () => {
        const epoch = await write(log, 'room', entries(1, 3));
        const late = await log.append('room', { epoch, after: 1, entries: entries(11, 15) });
        assert.deepEqual(late, { committed: false, epoch, revision: 3 });
        assert.deepEqual((await log.load('room')).entries, entries(1, 3));
      });

      it('answers an append beyond the head with the head', async () => {
        const epoch = await write(log, 'room', entries(1, 3));
        const early = await log.append('room', { epoch, after: 4, entries: entries(5, 5) });
        assert.deepEqual(early, { committed: false, epoch, revision: 3 });
      });

      it('answers an append in another epoch with the head', async () => {
        const epoch = await write(log, 'room', entries(1, 3));
        for (const other of ['', 'another']) {
          const append = { epoch: other, after: 3, entries: entries(4, 4) };
          assert.deepEqual(await log.append('room', append), { committed: false, epoch, revision: 3 });
        }
      });

      it('answers an append to an empty room with its emptiness where an epoch or a revision is expected', async () => {
        assert.deepEqual(await log.append('room', { epoch: 'some', after: 0, entries: entries(1, 1) }), noRevision);
        assert.deepEqual(await log.append('room', { epoch: '', after: 1, entries: entries(1, 1) }), noRevision);
        assert.deepEqual(await log.load('room'), { epoch: '', revision: 0, entries: [], timestamp: 0 });
      });

      it('commits one of two that are made at once', async () => {
        const epoch = await write(log, 'room', entries(1, 1));
        const both = await Promise.all([
          log.append('room', { epoch, after: 1, entries: entries(2, 4) }),
          log.append('room', { epoch, after: 1, entries: entries(12, 13) }),
        ]);
        const [won, lost] = both[0].committed ? both : [both[1], both[0]];
        const { revision, entries: kept } = await log.load('room');
        assert.deepEqual(won, { committed: true, epoch });
        assert.deepEqual(lost, { committed: false, epoch, revision });
        assert.deepEqual(kept.slice(1), both[0].committed ? entries(2, 4) : entries(12, 13));
      });

      it('begins one epoch where two begin a room at once', async () => {
        const first = { epoch: '', after: 0, entries: entries(1, 1) };
        const both = await Promise.all([log.append('room', first), log.append('room', first)]);
        const { epoch, revision } = await log.load('room');
        assert.equal(revision, 1);
        assert.deepEqual(both.map(({ committed }) => committed).sort(), [false, true]);
        for (const appended of both) assert.equal(appended.epoch, epoch);
      });

      it('keeps one order without a gap while two instances race', async () => {
        const second = (await opened.second?.()) ?? log;
        await Promise.all([race(log, 'a', 100), race(second, 'b', 100)]);
        const { revision, entries: kept } = await log.load('room');
        assert.equal(revision, 200);
        assert.deepEqual(await second.load('room'), await log.load('room'));
        for (const client_id of ['a', 'b']) {
          const sequences = kept.filter((one) => one.client_id === client_id).map(({ sequence }) => sequence);
          assert.deepEqual(
            sequences,
            Array.from({ length: 100 }, (_, index) => index + 1),
          );
        }
      });

      it('has one winner for each revision among hundreds of appends made at once', async () => {
        const instances = [log, (await opened.second?.()) ?? log];
        const epoch = await write(log, 'room', entries(1, 1));
        for (let after = 1; after <= 5; after++) {
          const appends = Array.from({ length: 100 }, (_, index) =>
            instances[index % 2]?.append('room', { epoch, after, entries: [entry(index)] }),
          );
          const committed = (await Promise.all(appends)).filter((appended) => appended?.committed);
          assert.equal(committed.length, 1);
        }
        assert.equal((await log.load('room')).revision, 6);
      });

      it('has committed what a caller gave, whatever the caller does with it later', async () => {
        const operation = [1, 'a'];
        const given: Entry[] = [{ ...entry(1), operation }];
        const appending = log.append('room', { epoch: '', after: 0, entries: given });
        given.push(entry(2));
        await appending;
        operation.push('b');
        assert.deepEqual((await log.load('room')).entries, [{ ...entry(1), operation: [1, 'a'] }]);
      });

      it('hands out what a caller may change without changing the log', async () => {
        await write(log, 'room', entries(1, 2));
        const { entries: handed } = await log.load('room');
        for (const { operation } of handed) (operation as unknown[]).push('more');
        handed.pop();
        assert.deepEqual((await log.load('room')).entries, entries(1, 2));
      });
    });

    describe('what is kept', () => {
      it('comes back to the letter: any script, any JSON', async () => {
        const operations = [
          [3, 'é😀𝄞 \u0000 ﷽ नमस्ते\r\n', { d: 1 }],
          { type: 'vote_track', vote: 1, nested: { list: [null, true, -1.5, 2 ** 40, ''], empty: {} } },
          'text',
          0,
          null,
        ];
        const given = operations.map((operation, index) => ({ ...entry(index + 1), operation }));
        const epoch = await write(log, 'room', given);
        assert.deepEqual(await log.read('room', { epoch, after: 0, limit: 10, bytes: all }), given);
      });

      it('may be binary, in operations and in content', async () => {
        const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
        const epoch = await write(log, 'room', [{ ...entry(1), operation: bytes }, entry(2)]);
        await log.snapshot('room', { epoch, revision: 1, content: { state: bytes } }, keep(10));
        const [stored] = (await log.read('room', { epoch, after: 0, limit: 1, bytes: all })) ?? [];
        const { content } = (await log.load('room')).snapshot as Snapshot;
        assert.ok(stored?.operation instanceof Uint8Array);
        assert.deepEqual([...stored.operation], [...bytes]);
        assert.deepEqual([...(content as { state: Uint8Array }).state], [...bytes]);
      });

      it('may be as large as a document is', async () => {
        const content = 'aé😀'.repeat(2 ** 19);
        const epoch = await write(log, 'room', [{ ...entry(1), operation: [content] }]);
        await log.snapshot('room', { epoch, revision: 1, content }, keep(1));
        const [stored] = (await log.read('room', { epoch, after: 0, limit: 1, bytes: all })) ?? [];
        assert.ok((await log.load('room')).snapshot?.content === content);
        assert.ok(JSON.stringify(stored?.operation) === JSON.stringify([content]));
      });

      it('stays in its room, also where one key begins with another or is long', async () => {
        const rooms = ['t', 't/song:1', 't/song:10', 't/song:1/0', 't/song:1%2F', 't/Song:1', 't/😀', 'k'.repeat(600)];
        for (const room of rooms) {
          const epoch = await write(log, room, [{ ...entry(1), operation: room }, entry(2)]);
          await log.snapshot(room, { epoch, revision: 1, content: room }, keep(10));
        }
        for (const room of rooms) {
          const { epoch, snapshot, revision, entries: tail } = await log.load(room);
          assert.equal(snapshot?.content, room);
          assert.deepEqual([revision, tail], [2, [entry(2)]]);
          const [first] = (await log.read(room, { epoch, after: 0, limit: 1, bytes: all })) ?? [];
          assert.equal(first?.operation, room);
        }
      });

      const isThereAfterRestart = async () => {
        const epoch = await write(log, 'room', entries(1, 20));
        await log.snapshot('room', { epoch, revision: 15, content: 'content' }, keep(8));
        const before = await log.load('room');
        const again = await opened.reopen();
        assert.deepEqual(await again.load('room'), before);
        assert.deepEqual(await again.client('room', 'client'), { user_id: 'user', sequence: 20, revision: 20 });
        assert.deepEqual(await again.read('room', { epoch, after: 12, limit: 100, bytes: all }), entries(13, 20));
        assert.equal(await again.read('room', { epoch, after: 11, limit: 100, bytes: all }), undefined);
        assert.deepEqual(await again.append('room', { epoch, after: 20, entries: entries(21, 21) }), {
          committed: true,
          epoch,
        });
      };
      if (outlivesClose) it('is there after a restart', isThereAfterRestart);
    });

    describe('read', () => {
      let epoch: string;

      beforeEach(async () => {
        epoch = await write(log, 'room', entries(1, 10));
      });

      it('gives what follows a revision, up to the limit', async () => {
        assert.deepEqual(await log.read('room', { epoch, after: 4, limit: 3, bytes: all }), entries(5, 7));
        assert.deepEqual(await log.read('room', { epoch, after: 8, limit: 3, bytes: all }), entries(9, 10));
      });

      it('gives nothing at the head', async () => {
        assert.deepEqual(await log.read('room', { epoch, after: 10, limit: 5, bytes: all }), []);
      });

      it('is undefined beyond the head and in another epoch', async () => {
        assert.equal(await log.read('room', { epoch, after: 11, limit: 5, bytes: all }), undefined);
        assert.equal(await log.read('room', { epoch: 'another', after: 4, limit: 5, bytes: all }), undefined);
        assert.equal(await log.read('room', { epoch: '', after: 0, limit: 5, bytes: all }), undefined);
      });

      it('stops where the bytes are spent, but gives one at least', async () => {
        const written = entries(1, 100).map((one) => ({ ...one, operation: ['x'.repeat(10_000)] }));
        const began = await write(log, 'large', written);
        const read = (after: number, bytes: number) => log.read('large', { epoch: began, after, limit: 100, bytes });
        assert.deepEqual(await read(0, 35_000), written.slice(0, 3));
        assert.deepEqual(await read(3, 355_000), written.slice(3, 38));
        assert.deepEqual(await read(98, 35_000), written.slice(98));
        assert.deepEqual(await read(5, 1), written.slice(5, 6));
        assert.deepEqual(await read(100, 1), []);
      });

      it('gives nothing of a room that was never written', async () => {
        assert.deepEqual(await log.read('empty', { epoch: '', after: 0, limit: 5, bytes: all }), []);
      });
    });

    describe('snapshot', () => {
      let epoch: string;

      beforeEach(async () => {
        epoch = await write(log, 'room', entries(1, 10));
      });

      it('is loaded with the entries that follow it', async () => {
        assert.equal(await log.snapshot('room', { epoch, revision: 7, content: ['c'] }, keep(100)), true);
        assert.deepEqual(await log.load('room'), {
          epoch,
          revision: 10,
          snapshot: { epoch, revision: 7, content: ['c'] },
          entries: entries(8, 10),
          timestamp: entry(10).timestamp,
          proofs: ['', ...proofsOf('', entries(1, 10)).slice(7)],
        });
      });

      it('keeps content that is given in pieces as what it says', async () => {
        const content = { list: Array.from({ length: 3_000 }, (_, at) => `♫ ${at}`) };
        const pieces = () => ['{"list":[', content.list.map((item) => JSON.stringify(item)).join(','), ']}'];
        const given = new LargeJson(pieces, () => content);
        assert.equal(await log.snapshot('room', { epoch, revision: 7, content: given }, keep(10)), true);
        assert.deepEqual((await log.load('room')).snapshot?.content, content);
      });

      it('that takes long to make lets others write to the room meanwhile', async () => {
        let isWritten = false;
        let made = 0;
        const content = new LargeJson(
          function* pieces() {
            yield '["';
            for (; !isWritten && made < 2_000; made++) {
              standStill(5);
              yield 'x';
            }
            yield '"]';
          },
          () => ['x'],
        );
        const keeping = log.snapshot('room', { epoch, revision: 7, content }, keep(10));
        await log.append('room', { epoch, after: 10, entries: entries(11, 11) });
        isWritten = true;
        assert.equal(await keeping, true);
        assert.ok(made < 2_000, 'it was written to when the snapshot was made');
      });

      it('gives way to one at the same revision and to a newer one', async () => {
        for (const [revision, content] of [
          [4, 'first'],
          [4, 'again'],
          [10, 'newer'],
        ] as const) {
          assert.equal(await log.snapshot('room', { epoch, revision, content }, keep(100)), true);
          assert.deepEqual((await log.load('room')).snapshot, { epoch, revision, content });
        }
      });

      it('stays where one comes that is older, of another epoch, or ahead of the log', async () => {
        await log.snapshot('room', { epoch, revision: 9, content: 'kept' }, keep(100));
        assert.equal(await log.snapshot('room', { epoch, revision: 8, content: 'older' }, keep(0)), false);
        assert.equal(await log.snapshot('room', { epoch: 'another', revision: 10, content: 'other' }, keep(0)), false);
        assert.equal(await log.snapshot('room', { epoch: '', revision: 10, content: 'none' }, keep(0)), false);
        assert.equal(await log.snapshot('room', { epoch, revision: 11, content: 'ahead' }, keep(0)), false);
        assert.deepEqual((await log.load('room')).snapshot, { epoch, revision: 9, content: 'kept' });
        assert.deepEqual(await log.read('room', { epoch, after: 0, limit: 100, bytes: all }), entries(1, 10));
      });

      it('is not kept of a room that was never written', async () => {
        assert.equal(await log.snapshot('empty', { epoch: '', revision: 0, content: 'c' }, keep(0)), false);
        assert.deepEqual(await log.load('empty'), { epoch: '', revision: 0, entries: [], timestamp: 0 });
      });

      it('trims what is behind it and older than the newest to keep', async () => {
        await log.snapshot('room', { epoch, revision: 9, content: 'c' }, keep(4));
        assert.equal(await log.read('room', { epoch, after: 5, limit: 1, bytes: all }), undefined);
        assert.deepEqual(await log.read('room', { epoch, after: 6, limit: 100, bytes: all }), entries(7, 10));
      });

      it('never trims what follows it', async () => {
        await log.snapshot('room', { epoch, revision: 3, content: 'c' }, keep(0));
        assert.equal(await log.read('room', { epoch, after: 2, limit: 1, bytes: all }), undefined);
        assert.deepEqual((await log.load('room')).entries, entries(4, 10));
      });

      it('may leave no entry, and the room goes on', async () => {
        await log.snapshot('room', { epoch, revision: 10, content: 'c' }, keep(0));
        const loaded = await log.load('room');
        assert.deepEqual([loaded.revision, loaded.entries, loaded.timestamp], [10, [], entry(10).timestamp]);
        assert.deepEqual(await log.read('room', { epoch, after: 10, limit: 5, bytes: all }), []);
        await log.append('room', { epoch, after: 10, entries: entries(11, 12) });
        assert.deepEqual(await log.read('room', { epoch, after: 10, limit: 5, bytes: all }), entries(11, 12));
      });

      it('trims again and again, and thousands at once', async () => {
        let head = 10;
        for (; head < 5000; head += 499) {
          await log.append('room', { epoch, after: head, entries: entries(head + 1, head + 499) });
        }
        for (const revision of [20, 600, head]) {
          assert.equal(await log.snapshot('room', { epoch, revision, content: revision }, keep(30)), true);
        }
        assert.equal(await log.read('room', { epoch, after: head - 31, limit: 5, bytes: all }), undefined);
        assert.deepEqual(
          await log.read('room', { epoch, after: head - 30, limit: 100, bytes: all }),
          entries(head - 29, head),
        );
      });

      it('trims to so many bytes, of large entries and small ones', async () => {
        let head = 10;
        for (; head < 210; head += 10) {
          const batch = entries(head + 1, head + 10).map((small, index) => (index % 2 ? small : large(small)));
          await log.append('room', { epoch, after: head, entries: batch });
        }
        await log.snapshot('room', { epoch, revision: head, content: 'c' }, keep(10_000, 4 * 2 ** 20));
        const there = await Promise.all(
          Array.from({ length: head }, (_, after) => log.read('room', { epoch, after, limit: 1, bytes: 1 })),
        );
        const kept = there.filter((one) => one !== undefined).length;
        assert.ok(kept >= 25 && kept <= 75, `${kept} of 210 entries, which have 20 MB, are kept in 4 MiB`);
        assert.equal(
          there.findIndex((one) => one !== undefined),
          head - kept,
        );
        const typed = await write(log, 'typed', entries(1, 500));
        await log.snapshot('typed', { epoch: typed, revision: 500, content: 'c' }, keep(10_000, 4 * 2 ** 20));
        assert.equal((await log.read('typed', { epoch: typed, after: 0, limit: 500, bytes: all }))?.length, 500);
      });

      it('trims by bytes as often as they come together', async () => {
        let head = 10;
        for (let round = 0; round < 10; round++) {
          await log.append('room', { epoch, after: head, entries: entries(head + 1, head + 10).map(large) });
          head += 10;
          await log.snapshot('room', { epoch, revision: head, content: 'c' }, keep(10_000, 4 * 2 ** 20));
        }
        assert.equal(await log.read('room', { epoch, after: head - 40, limit: 1, bytes: 1 }), undefined);
        assert.deepEqual(await log.read('room', { epoch, after: head - 10, limit: 1, bytes: 1 }), [
          large(entry(head - 9)),
        ]);
      });

      it('trims by bytes nothing that follows it', async () => {
        await log.append('room', { epoch, after: 10, entries: entries(11, 20).map(large) });
        await log.snapshot('room', { epoch, revision: 12, content: 'c' }, keep(10_000, 1));
        assert.equal((await log.load('room')).entries.length, 8);
      });

      it('leaves only the tail of 10,000 entries to load', async () => {
        for (let after = 10; after < 10_000; after += 990) {
          await log.append('room', { epoch, after, entries: entries(after + 1, Math.min(after + 990, 10_000)) });
        }
        await log.snapshot('room', { epoch, revision: 9_990, content: 'c' }, keep(10_000));
        const { revision, entries: tail } = await log.load('room');
        assert.deepEqual([revision, tail], [10_000, entries(9_991, 10_000)]);
        assert.deepEqual(await log.read('room', { epoch, after: 0, limit: 2, bytes: all }), entries(1, 2));
      });

      it('is not disturbed by appends under way', async () => {
        const [kept, appended] = await Promise.all([
          log.snapshot('room', { epoch, revision: 10, content: 'c' }, keep(5)),
          log.append('room', { epoch, after: 10, entries: entries(11, 13) }),
        ]);
        assert.deepEqual([kept, appended.committed], [true, true]);
        const loaded = await log.load('room');
        assert.deepEqual([loaded.snapshot?.revision, loaded.entries], [10, entries(11, 13)]);
      });
    });

    describe('client', () => {
      it('is the last operation with a sequence, and the revision that it made', async () => {
        const epoch = await write(log, 'room', [by('a', 1), by('b', 7), by('a', 2), by('a')]);
        assert.deepEqual(await log.client('room', 'a'), { user_id: 'user-a', sequence: 2, revision: 3 });
        assert.deepEqual(await log.client('room', 'b'), { user_id: 'user-b', sequence: 7, revision: 2 });
        await log.append('room', { epoch, after: 4, entries: [by('b', 8)] });
        assert.deepEqual(await log.client('room', 'b'), { user_id: 'user-b', sequence: 8, revision: 5 });
      });

      it('is unknown without a sequence, in another room, and after a lost append', async () => {
        const epoch = await write(log, 'room', [by('a'), by('b', 1)]);
        await log.append('room', { epoch, after: 1, entries: [by('b', 2), by('c', 1)] });
        assert.equal(await log.client('room', 'a'), undefined);
        assert.equal(await log.client('other', 'b'), undefined);
        assert.equal(await log.client('room', 'c'), undefined);
        assert.equal((await log.client('room', 'b'))?.sequence, 1);
      });

      it('is remembered beyond trimming', async () => {
        const epoch = await write(log, 'room', [by('a', 1), by('b', 1)]);
        await log.snapshot('room', { epoch, revision: 2, content: 'c' }, keep(0));
        assert.deepEqual(await log.client('room', 'a'), { user_id: 'user-a', sequence: 1, revision: 1 });
      });
    });

    describe('proof', () => {
      const proofs = ['', ...proofsOf('', entries(1, 20))];

      it('is there for each revision that the log reaches back to, and for the head and the snapshot', async () => {
        const epoch = await write(log, 'room', entries(1, 20));
        const at = (revision: number) => log.proof('room', { epoch, revision });
        for (const revision of [0, 1, 7, 20]) assert.equal(await at(revision), proofs[revision]);
        await log.snapshot('room', { epoch, revision: 15, content: 'c', proof: proofs[15] ?? '' }, keep(3));
        for (const revision of [15, 16, 20]) assert.equal(await at(revision), proofs[revision]);
        assert.equal(await at(14), undefined);
        assert.equal(await at(21), undefined);
        assert.equal(await log.proof('room', { epoch: 'another', revision: 16 }), undefined);
        assert.deepEqual((await log.load('room')).proofs, proofs.slice(15));
      });

      it('tells an append from another history, of which nothing is kept', async () => {
        const epoch = await write(log, 'room', entries(1, 3));
        const other = ['another', ...proofsOf('another', entries(4, 4))];
        const appended = await log.append('room', { epoch, after: 3, entries: entries(4, 4), proofs: other });
        assert.deepEqual(appended, { committed: false, epoch, revision: 3 });
        const append = { epoch, after: 3, entries: entries(4, 4), proofs: proofs.slice(3, 5) };
        assert.deepEqual(await log.append('room', append), { committed: true, epoch });
        assert.equal(await log.proof('room', { epoch, revision: 4 }), proofs[4]);
      });

      it('tells a snapshot of another history, which is not kept', async () => {
        const epoch = await write(log, 'room', entries(1, 3));
        for (const revision of [2, 3])
          assert.equal(await log.snapshot('room', { epoch, revision, content: 'c', proof: 'another' }, keep(9)), false);
        assert.equal(
          await log.snapshot('room', { epoch, revision: 2, content: 'c', proof: proofs[2] ?? '' }, keep(9)),
          true,
        );
      });
    });

    describe('list', () => {
      const page = { prefix: 'a/', after: '', limit: 10 };
      const names = async (asked: typeof page) => (await log.list(asked)).map(({ room }) => room);

      it('has the rooms of a prefix in the order of their keys, page by page', async () => {
        for (const room of ['b/song:1', 'a/song:2', 'a/song:10', 'a/song:1', 'a%2F/song:1']) {
          await write(log, room, entries(1, 2));
        }
        assert.deepEqual(await names(page), ['a/song:1', 'a/song:10', 'a/song:2']);
        assert.deepEqual(await names({ ...page, limit: 2 }), ['a/song:1', 'a/song:10']);
        assert.deepEqual(await names({ ...page, after: 'a/song:10' }), ['a/song:2']);
        assert.deepEqual(await names({ ...page, prefix: 'c/' }), []);
      });

      it('says where each stands', async () => {
        await write(log, 'a/song:1', entries(1, 3));
        const { timestamp } = entry(3);
        assert.deepEqual(await log.list(page), [{ room: 'a/song:1', revision: 3, timestamp }]);
      });
    });

    describe('delete', () => {
      it('leaves a room that was never written', async () => {
        const epoch = await write(log, 'room', [...entries(1, 9), by('a', 1)]);
        await log.snapshot('room', { epoch, revision: 5, content: 'c' }, keep(0));
        await write(log, 'room2', entries(1, 1));
        assert.equal(await log.delete('room'), true);
        assert.deepEqual(await log.load('room'), { epoch: '', revision: 0, entries: [], timestamp: 0 });
        assert.equal(await log.client('room', 'a'), undefined);
        assert.equal(await log.read('room', { epoch, after: 5, limit: 10, bytes: all }), undefined);
        assert.deepEqual(
          (await log.list({ prefix: '', after: '', limit: 10 })).map(({ room }) => room),
          ['room2'],
        );
        assert.equal(await log.delete('room'), false);
      });

      it('refuses what was made against the room as it was, and begins another epoch', async () => {
        const epoch = await write(log, 'room', entries(1, 3));
        await log.delete('room');
        assert.deepEqual(await log.append('room', { epoch, after: 3, entries: entries(4, 4) }), noRevision);
        assert.equal(await log.snapshot('room', { epoch, revision: 3, content: 'c' }, keep(0)), false);
        assert.notEqual(await write(log, 'room', [entry(1)]), epoch);
        assert.deepEqual((await log.load('room')).entries, [entry(1)]);
      });
    });

    describe('what is taken out', () => describeRedaction(() => opened, outlivesClose));

    describe('follow', () => {
      it('tells of every append in order, whoever made it', async () => {
        const second = (await opened.second?.()) ?? log;
        const told = listen(log, 'room');
        const epoch = await write(second, 'room', entries(1, 2));
        await log.append('room', { epoch, after: 2, entries: entries(3, 3) });
        await second.append('room', { epoch, after: 3, entries: entries(4, 6) });
        const proofs = ['', ...proofsOf('', entries(1, 6))];
        assert.deepEqual(await told.next(3), [
          { epoch, revision: 0, entries: entries(1, 2), proofs: proofs.slice(0, 3) },
          { epoch, revision: 2, entries: entries(3, 3), proofs: proofs.slice(2, 4) },
          { epoch, revision: 3, entries: entries(4, 6), proofs: proofs.slice(3, 7) },
        ]);
      });

      it('tells all who follow a room, and nobody of another room or of a lost append', async () => {
        const followers = [listen(log, 'room'), listen(log, 'room')];
        const other = listen(log, 'room2');
        const epoch = await write(log, 'room', entries(1, 1));
        await log.append('room', { epoch, after: 0, entries: entries(5, 5) });
        await log.append('room', { epoch, after: 1, entries: entries(2, 2) });
        for (const follower of followers) {
          const revisions = (await follower.next(2)).map(({ revision }) => revision);
          assert.deepEqual(revisions, [0, 1]);
        }
        await write(log, 'room2', entries(1, 1));
        assert.deepEqual(
          (await other.next(1)).map(({ entries }) => entries.length),
          [1],
        );
        assert.equal(other.told.length, 1);
      });

      it('tells of each room that begins, whoever began it, and of none twice', async () => {
        const second = (await opened.second?.()) ?? log;
        const begun: string[] = [];
        const stop = log.followFirsts((room) => room !== undefined && begun.push(room));
        const epoch = await write(second, 'room', entries(1, 2));
        await second.append('room', { epoch, after: 2, entries: entries(3, 3) });
        await log.append('room', { epoch: '', after: 0, entries: entries(4, 4) });
        await write(log, '{room}:news', [entry(1)]);
        await until(() => begun.includes('{room}:news'));
        assert.deepEqual(begun, ['room', '{room}:news']);
        stop();
        await write(log, 'later', [entry(1)]);
        assert.equal(begun.length, 2);
      });

      it('ends when it is told to, for one follower alone', async () => {
        const stays = listen(log, 'room');
        const leaves = listen(log, 'room');
        const epoch = await write(log, 'room', entries(1, 1));
        await leaves.next(1);
        leaves.stop();
        leaves.stop();
        await log.append('room', { epoch, after: 1, entries: entries(2, 2) });
        await stays.next(2);
        assert.equal(leaves.told.length, 1);
      });

      it('shows what it told of to whoever reads then', async () => {
        const read = new Promise((resolve) => {
          log.follow('room', ({ epoch }) => resolve(log.read('room', { epoch, after: 0, limit: 10, bytes: all })));
        });
        await write(log, 'room', entries(1, 3));
        assert.deepEqual(await read, entries(1, 3));
      });
    });
  });
}

/** The same entry with an operation of 200,000 bytes. */
function large(one: Entry): Entry {
  return { ...one, operation: ['x'.repeat(200_000)] };
}

/** An entry of one client, the same for the same number. */
export function entry(number: number): Entry {
  const operation = [number, 'x'];
  return { operation, client_id: 'client', sequence: number, user_id: 'user', timestamp: 1_700_000_000_000 + number };
}

function keep(entries: number, bytes = all): Keep {
  return { entries, bytes };
}

function entries(from: number, to: number): Entry[] {
  return Array.from({ length: to - from + 1 }, (_, index) => entry(from + index));
}

function by(client_id: string, sequence?: number): Entry {
  const author = { client_id, user_id: `user-${client_id}` };
  return { operation: ['x'], ...author, ...(sequence !== undefined && { sequence }), timestamp: 1_700_000_000_000 };
}

/** The first append to a room. Resolves with its epoch. */
async function write(log: Log, room: string, first: Entry[]): Promise<string> {
  const appended = await log.append(room, { epoch: '', after: 0, entries: first });
  assert.ok(appended.committed);
  return appended.epoch;
}

/** Appends so many entries of a client, one after the other, each as often as others come first. */
async function race(log: Log, client_id: string, count: number): Promise<void> {
  let head = { epoch: '', revision: 0 };
  for (let sequence = 1; sequence <= count; ) {
    const append = { epoch: head.epoch, after: head.revision, entries: [by(client_id, sequence)] };
    const appended = await log.append('room', append);
    if (!appended.committed) {
      head = appended;
      continue;
    }
    head = { epoch: appended.epoch, revision: head.revision + 1 };
    sequence += 1;
  }
}

/** Follows a room. `next(count)` resolves when so much has been told. */
function listen(log: Log, room: string): { told: News[]; next(count: number): Promise<News[]>; stop(): void } {
  const told: News[] = [];
  let wake = () => {};
  const stop = log.follow(room, (news) => {
    told.push(news);
    wake();
  });
  const next = async (count: number) => {
    while (told.length < count) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return told;
  };
  return { told, next, stop };
}
