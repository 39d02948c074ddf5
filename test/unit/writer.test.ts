import assert from 'node:assert/strict';
import { Document, type Submission } from '../../server/documents/document.ts';
import { Budget } from '../../server/limits/budget.ts';
import type { Log, News } from '../../server/logs/log.ts';
import { createMemoryLog } from '../../server/logs/memory.ts';
import { Accounts } from '../../server/rooms/accounts.ts';
import { Beat, prompt } from '../../server/rooms/beat.ts';
import { Writer } from '../../server/rooms/writer.ts';
import { Refusal } from '../../shared/refusals.ts';
import type { RoomId } from '../../shared/rooms.ts';
import { typeOf } from '../support/kinds.ts';
import { methodsOf } from '../support/methodsOf.ts';
import { moveAhead } from '../support/monotonic.ts';
import { standStill } from '../support/standStill.ts';

const key = '/song:1';

/** A room's writer on one of several instances that share a log. */
async function instance(log: Log, max_document_bytes = 10_000, room_id: RoomId = 'song:1', type = typeOf(room_id)) {
  const document = new Document(type, await log.load(key));
  const told: News[] = [];
  const writer = new Writer({
    key,
    log,
    document,
    max_document_bytes,
    beat: new Beat(prompt),
    now: Date.now,
    accounts: new Accounts(new Budget(), key),
    onCommitted: (news) => told.push({ ...news, entries: [...news.entries] }),
    onReplaced: assert.fail,
    onAppended: () => {},
    onError: assert.fail,
  });
  log.follow(key, (news) => writer.receive(news));
  return { document, told, writer, text: () => document.type.save(document.content) };
}

/** The same log with another append. */
function withAppend(log: Log, append: Log['append']): Log {
  return { ...methodsOf(log), append };
}

function insert(text: string, more: Partial<Submission> = {}): Submission {
  return {
    operation: [text],
    revision: undefined,
    sequence: undefined,
    client_id: 'a',
    user_id: 'ada',
    role: 'editor',
    ...more,
  };
}

/** Whether it was refused, and how. */
async function refusalOf(submitted: Promise<number>): Promise<string> {
  return submitted.then(
    (revision) => assert.fail(`made revision ${revision}`),
    (error) => (error instanceof Refusal ? error.error_code : assert.fail(error)),
  );
}

describe('a writer', () => {
  it('appends as one batch what came while an append was under way', async () => {
    const log = createMemoryLog();
    const { writer, told } = await instance(log);
    const revisions = await Promise.all(Array.from({ length: 100 }, () => writer.submit(insert('x'))));
    assert.deepEqual(
      revisions,
      Array.from({ length: 100 }, (_, index) => index + 1),
    );
    assert.ok(told.length <= 3, `${told.length} appends`);
    assert.equal(told.flatMap(({ entries }) => entries).length, 100);
  });

  it('refuses one bad operation of a batch alone', async () => {
    const { writer, text } = await instance(createMemoryLog());
    const [good, bad, better] = [insert('a'), insert('', { operation: [99, 'x'] }), insert('b')].map((each) =>
      writer.submit(each),
    );
    assert.ok(good && bad && better);
    assert.equal(await refusalOf(bad), 'invalid_operation');
    assert.deepEqual([await good, await better], [1, 2]);
    assert.equal(text(), 'ba');
  });

  it('recognises a repeat in the log, in the batch under way and in the queue', async () => {
    const { writer, text } = await instance(createMemoryLog());
    await writer.recall('a');
    const once = insert('x', { sequence: 1 });
    const together = [once, once].map((each) => writer.submit(each));
    const queued = writer.submit(once);
    assert.deepEqual(await Promise.all([...together, queued]), [1, 1, 1]);
    assert.equal(await writer.submit(once), 1);
    assert.equal(text(), 'x');
  });

  it('recognises a repeat that another instance committed', async () => {
    const log = createMemoryLog();
    const [here, there] = [await instance(log), await instance(log)];
    for (const { writer } of [here, there]) await writer.recall('a');
    const once = insert('x', { sequence: 1 });
    assert.deepEqual(await Promise.all([here.writer.submit(once), there.writer.submit(once)]), [1, 1]);
    assert.equal(here.text(), 'x');
  });

  it('has what it remembers of a client in the document, also where another instance committed that just now', async () => {
    const log = createMemoryLog();
    const silent: Log = { ...withAppend(log, (room, append) => log.append(room, append)), follow: () => () => {} };
    const [here, there] = [await instance(silent), await instance(silent)];
    assert.equal(await there.writer.submit(insert('x', { sequence: 1 })), 1);
    assert.equal((await here.writer.recall('a'))?.revision, 1);
    assert.deepEqual([here.document.revision, here.document.epoch], [1, there.document.epoch]);
    assert.equal(here.text(), 'x');
  });

  it('refuses no command that is right at a head which another instance made and has not been heard of', async () => {
    const log = createMemoryLog();
    const silent: Log = { ...withAppend(log, (room, append) => log.append(room, append)), follow: () => () => {} };
    const [here, there] = [await instance(silent, 0, 'session:1'), await instance(silent, 0, 'session:1')];
    const command = (operation: object) => insert('', { operation, revision: undefined });
    assert.equal(await here.writer.submit(command({ type: 'queue_track', track_id: 'a' })), 1);
    assert.equal(await there.writer.submit(command({ type: 'remove_track', track_id: 'a' })), 2);
    const gone = command({ type: 'remove_track', track_id: 'a' });
    await assert.rejects(here.writer.submit(gone), new Refusal('not_found', 'a is not in the queue'));
    assert.equal((await log.load(key)).revision, 2);
  });

  it('tries again over what another instance committed meanwhile, and both see one order', async () => {
    const log = createMemoryLog();
    const instances = await Promise.all([instance(log), instance(log), instance(log)]);
    const revisions = await Promise.all(
      instances.flatMap(({ writer }, index) =>
        Array.from({ length: 200 }, (_, i) =>
          writer.submit(insert(`${index}.${i} `.slice(0, 1), { client_id: `c${index}` })),
        ),
      ),
    );
    assert.equal(new Set(revisions).size, 600);
    const [first, ...others] = instances.map(({ told }) => told.flatMap(({ entries }) => entries));
    for (const other of others) assert.deepEqual(other, first);
    assert.equal(first?.length, 600);
    assert.equal(new Set(instances.map(({ text }) => text())).size, 1);
  });

  it('is not starved by another instance that writes all the time', async () => {
    const log = createMemoryLog();
    const rival = await instance(log);
    for (let n = 0; n < 2; n++) {
      const written = Array.from({ length: 500 }, () => rival.writer.submit(insert('x', { client_id: 'rival' })));
      await Promise.all(written);
    }
    // Milliseconds as on two machines: this one takes the longer for an append, the more is in it; the rival writes each four.
    let [time, next] = [0, 4];
    const { writer, document } = await instance(
      withAppend(log, async (room, append) => {
        time += 2 + append.entries.length / 50;
        for (; next <= time; next += 4) await rival.writer.submit(insert('y', { client_id: 'rival' }));
        return log.append(room, append);
      }),
    );
    await Promise.all(Array.from({ length: 200 }, () => writer.submit(insert('z', { revision: 0 }))));
    await Promise.all([writer.settled(), rival.writer.settled()]);
    assert.equal(document.revision, rival.document.revision);
    assert.equal([...String(rival.text())].filter((letter) => letter === 'z').length, 200);
  });

  it('tries again where the process stood still while another instance was faster', async () => {
    const log = createMemoryLog();
    const rival = await instance(log);
    let stands = true;
    const { writer } = await instance(
      withAppend(log, async (room, append) => {
        if (stands) {
          stands = false;
          await rival.writer.submit(insert('y', { client_id: 'rival' }));
          moveAhead(60_000);
        }
        return log.append(room, append);
      }),
    );
    assert.equal(await writer.submit(insert('z', { revision: 0 })), 2);
  });

  it('refuses an operation made on a revision that went to someone else', async () => {
    const log = createMemoryLog();
    const [here, there] = [await instance(log), await instance(log)];
    // Sent in one go: the second counts on the first making revision 1.
    const theirs = there.writer.submit(insert('theirs', { client_id: 'b' }));
    const own = here.writer.submit(insert('mine'));
    const next = here.writer.submit(insert('', { operation: [4, '!'], revision: 1 }));
    assert.equal(await theirs, 1);
    assert.equal(await own, 2);
    assert.equal(await refusalOf(next), 'conflict');
  });

  it('refuses what is older than the log reaches, alone', async () => {
    const log = createMemoryLog();
    const first = await instance(log);
    for (let i = 0; i < 30; i++) await first.writer.submit(insert('x'));
    await log.snapshot(key, first.document.snapshot(), { entries: 10, bytes: 2 ** 20 });
    const second = await instance(log);
    const [tooOld, old] = [19, 20].map((revision) => second.writer.submit(insert('y', { revision })));
    assert.ok(tooOld && old);
    assert.equal(await refusalOf(tooOld), 'conflict');
    assert.equal(await old, 31);
  });

  it('refuses what would make the document too large, and still lets it shrink', async () => {
    const { writer } = await instance(createMemoryLog(), 1000);
    await writer.submit(insert('x'.repeat(1000)));
    assert.equal(await refusalOf(writer.submit(insert('y'))), 'too_large');
    await writer.submit(insert('', { operation: [{ d: 1 }] }));
    await writer.submit(insert('y'));
  });

  it('leaves others as much time as an operation took, before the next one, and their turn before it is appended', async () => {
    const done: [what: string, at: number][] = [];
    const log = createMemoryLog();
    const appending = withAppend(log, (room, append) => {
      done.push(['appended', performance.now()]);
      return log.append(room, append);
    });
    const type = typeOf('song:1');
    const { writer } = await instance(appending, 10_000, 'song:1', {
      ...type,
      apply(...applied) {
        done.push(['begun', performance.now()]);
        standStill(40);
        done.push(['applied', performance.now()]);
        setImmediate(() => done.push(['others', performance.now()]));
        return type.apply(...applied);
      },
    });
    for (const text of 'abc') await writer.submit(insert(text));
    const once = ['begun', 'applied', 'others', 'appended'];
    assert.deepEqual(
      done.map(([what]) => what),
      [...once, ...once, ...once],
    );
    const [applied, begun] = ['applied', 'begun'].map((one) =>
      done.flatMap(([what, at]) => (what === one ? [at] : [])),
    );
    const left = [0, 1].map((index) => (begun?.[index + 1] ?? 0) - (applied?.[index] ?? 0));
    // A timer may be a millisecond early.
    assert.ok(Math.min(...left) >= 38, `${left}`);
  });

  it('has large operations of many rooms appended one after the other, and others have their turn between', async () => {
    let [here, most] = [0, 0];
    const counting = () => {
      const log = createMemoryLog();
      return withAppend(log, (room, append) => {
        if (here === 0) setImmediate(() => (here = 0));
        here += 1;
        most = Math.max(most, here);
        return log.append(room, append);
      });
    };
    const rooms = await Promise.all(Array.from({ length: 20 }, () => instance(counting(), 200_000)));
    const append = (text: string) => Promise.all(rooms.map(({ writer }) => writer.submit(insert(text))));
    assert.deepEqual(new Set(await append('x')), new Set([1]));
    assert.ok(most > 3, `${most} small ones in a turn`);
    most = 0;
    assert.deepEqual(new Set(await append('x'.repeat(100_000))), new Set([2]));
    assert.ok(most <= 3, `${most} in a turn`);
  });

  it('never lets timestamps run backwards', async () => {
    const log = createMemoryLog();
    const future = Date.now() + 60_000;
    const entry = { operation: ['x'], client_id: 'b', user_id: 'ben', timestamp: future };
    await log.append(key, { epoch: '', after: 0, entries: [entry] });
    const { writer, document } = await instance(log);
    await writer.submit(insert('y'));
    assert.equal(document.timestamp, future);
  });

  describe('whose store does not answer', () => {
    /** A log whose next append fails, before or after it was committed. */
    function failing(log: Log, when: 'before' | 'after'): Log {
      let fails = true;
      const append: Log['append'] = async (...args) => {
        const failsNow = fails;
        fails = false;
        if (!failsNow) return log.append(...args);
        if (when === 'after') await log.append(...args);
        throw new Refusal('unavailable', 'no answer', { retry_after_ms: 1 });
      };
      return { ...withAppend(log, append), follow: () => () => {} };
    }

    for (const when of ['before', 'after'] as const) {
      it(`${when} it has committed: a repeat is committed once, and nothing else is lost`, async () => {
        const { writer, text, document } = await instance(failing(createMemoryLog(), when));
        await writer.recall('a');
        const once = insert('x', { sequence: 1 });
        assert.equal(await refusalOf(writer.submit(once)), 'unavailable');
        assert.equal(await writer.submit(insert('y', { client_id: 'b' })), when === 'after' ? 2 : 1);
        assert.equal(await writer.submit(once), when === 'after' ? 1 : 2);
        assert.equal(document.revision, 2);
        assert.deepEqual([...String(text())].sort(), ['x', 'y']);
      });
    }
  });
});
