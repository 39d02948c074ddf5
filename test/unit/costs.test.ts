import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { Document, type Submission } from '../../server/documents/document.ts';
import { Budget } from '../../server/limits/budget.ts';
import type { Log } from '../../server/logs/log.ts';
import { createMemoryLog } from '../../server/logs/memory.ts';
import { Accounts } from '../../server/rooms/accounts.ts';
import { Beat, prompt } from '../../server/rooms/beat.ts';
import { Cursors } from '../../server/rooms/cursors.ts';
import { readHistory } from '../../server/rooms/history.ts';
import type { Member } from '../../server/rooms/member.ts';
import { Writer } from '../../server/rooms/writer.ts';
import type { TextPart } from '../../shared/documents/text/operation.ts';
import { text as documentType } from '../../shared/documents/text.ts';
import type { Entry } from '../../shared/documents/type.ts';
import { Refusal } from '../../shared/refusals.ts';
import { kinds, typeOf } from '../support/kinds.ts';

const text = documentType as Required<typeof documentType>;
const key = '/song:1';
const maxParts = 2_000;
const length = 100_000;

/** What was taken for each user. */
class CountingBudget extends Budget {
  readonly taken = { transforms: 0, bytes: 0, deliveries: 0, names: 0, trials: 0 };

  override take(...[payer, account, cost, amount]: Parameters<Budget['take']>): void {
    super.take(payer, account, cost, amount);
    if (payer === 'user') this.taken[cost] += amount;
  }

  override charge(...[payer, account, cost, amount]: Parameters<Budget['charge']>): void {
    super.charge(payer, account, cost, amount);
    if (payer === 'user') this.taken[cost] += amount;
  }
}

/** A room's writer over a song of 100,000 letters, and what is counted. */
async function room(log = createMemoryLog(), type = typeOf('song:1')) {
  const seed = entry(['x'.repeat(length)]);
  if ((await log.load(key)).revision === 0) await log.append(key, { epoch: '', after: 0, entries: [seed] });
  const document = new Document(type, await log.load(key), maxParts);
  const budget = new CountingBudget(() => 0);
  const writer = new Writer({
    key,
    log,
    document,
    max_document_bytes: 2 ** 22,
    beat: new Beat(prompt),
    now: Date.now,
    accounts: new Accounts(budget, key),
    onCommitted: () => {},
    onReplaced: assert.fail,
    onAppended: () => {},
    onError: assert.fail,
  });
  return { log, document, budget, writer };
}

function entry(operation: unknown, user_id = 'ada'): Entry {
  return { operation, client_id: user_id, user_id, timestamp: 0 };
}

function by(user_id: string, operation: unknown, more: Partial<Submission> = {}): Submission {
  const made = { operation, revision: undefined, sequence: undefined };
  return { ...made, client_id: user_id, user_id, role: 'editor', ...more };
}

/** So many letters, each at a place of its own. */
function spread(count: number): TextPart[] {
  const gap = Math.floor(length / (count + 1));
  return Array.from({ length: count }, () => [gap, 'y'] as TextPart[]).flat();
}

async function refusalOf(refused: Promise<unknown>): Promise<Refusal> {
  return refused.then(
    () => assert.fail('was not refused'),
    (error) => (error instanceof Refusal ? error : assert.fail(error)),
  );
}

/** How often others had their turn until something was done. */
async function turnsUntil(done: Promise<unknown>): Promise<number> {
  let turns = 0;
  let isDone = false;
  done.then(
    () => (isDone = true),
    () => (isDone = true),
  );
  for (; !isDone; turns++) await new Promise((resolve) => setImmediate(resolve));
  return turns;
}

describe('a late deletion over many parts', () => {
  it('is refused as soon as it has come apart into too many, and its parts never reach the log', async () => {
    const { log, writer, document } = await room();
    for (let operation = 0; operation < 20; operation++) await writer.submit(by('ann', spread(1_000)));
    const transform = mock.method(document.type as typeof text, 'transform');
    try {
      const { error_code, message } = await refusalOf(writer.submit(by('eve', [{ d: length }], { revision: 1 })));
      assert.equal(error_code, 'conflict');
      assert.match(message, /parts.*join again/);
      assert.ok(transform.mock.callCount() <= 2, `transformed ${transform.mock.callCount()} times`);
    } finally {
      transform.mock.restore();
    }
    assert.equal((await log.load(key)).revision, document.revision);
  });

  it('is not begun where it would take more than an operation may', async () => {
    const { writer, document, budget } = await room();
    for (let operation = 0; operation < 500; operation++) await writer.submit(by('ann', spread(1_000)));
    const transform = mock.method(document.type as typeof text, 'transform');
    try {
      const refusals = Array.from({ length: 20 }, () =>
        refusalOf(writer.submit(by('eve', [length - 1, 'z'], { revision: 1 }))),
      );
      for (const { error_code } of await Promise.all(refusals)) assert.equal(error_code, 'conflict');
      assert.equal(transform.mock.callCount(), 0);
      assert.equal(budget.taken.transforms, 0);
    } finally {
      transform.mock.restore();
    }
  });
});

describe('an operation that takes long to bring to the head', () => {
  /** 100 operations of 40 letters each have come since. */
  async function busyRoom() {
    const here = await room();
    for (let operation = 0; operation < 100; operation++) await here.writer.submit(by('ann', spread(40)));
    return here;
  }

  it('gives others their turn between its parts', async () => {
    const { writer, budget } = await busyRoom();
    const late = writer.submit(by('ben', spread(900), { revision: 1 }));
    const turns = await turnsUntil(late);
    assert.equal(await late, 102);
    assert.ok(budget.taken.transforms > 180_000, `${budget.taken.transforms} parts`);
    assert.ok(turns >= budget.taken.transforms / 20_000 - 1, `${turns} turns for ${budget.taken.transforms} parts`);
  });

  it('lets those be answered first who came before it', async () => {
    const { writer } = await busyRoom();
    const order: string[] = [];
    const submit = (name: string, submission: Submission) => writer.submit(submission).then(() => order.push(name));
    const [before, late] = [
      submit('before', by('ann', ['a'])),
      submit('late', by('ben', spread(900), { revision: 1 })),
      submit('after', by('cid', ['c'])),
    ];
    await before;
    assert.deepEqual(order, ['before']);
    await late;
    await writer.settled();
    assert.deepEqual(order, ['before', 'late', 'after']);
  });

  it('is paid by its user, who may do no more until that is back; others go on', async () => {
    const { writer, budget, document } = await busyRoom();
    const late = () => writer.submit(by('eve', spread(900), { revision: 1 }));
    let committed = 0;
    for (let refusal: Refusal | undefined; !refusal; committed++) {
      refusal = await late().then(
        () => undefined,
        (error) => error,
      );
      if (!refusal) continue;
      assert.equal(refusal.error_code, 'rate_limited', refusal.message);
      assert.ok(refusal.details.retry_after_ms, JSON.stringify(refusal));
    }
    const spent = budget.taken.transforms;
    assert.ok(committed > 5, `${committed} were committed`);
    assert.ok(spent < 6_500_000, `${spent} parts`);
    await writer.submit(by('eve', ['at the head']));
    await writer.submit(by('ben', ['y'], { revision: document.revision - 5 }));
    const more = budget.taken.transforms - spent;
    assert.ok(more > 0 && more < 20_000, `${more} parts more`);
  });

  it('that is a repeat is answered, and takes nothing', async () => {
    const { writer, budget } = await busyRoom();
    await writer.recall('ben');
    const late = () => writer.submit(by('ben', spread(900), { revision: 1, sequence: 1 }));
    const revision = await late();
    const spent = budget.taken.transforms;
    assert.deepEqual(await Promise.all([late(), late()]), [revision, revision]);
    assert.equal(budget.taken.transforms, spent);
  });

  it('of 2,000 parts at the head gives others their turn between one and the next', async () => {
    const { writer } = await room();
    const all = Array.from({ length: 20 }, () => writer.submit(by('ann', spread(1_000))));
    const turns = await turnsUntil(Promise.all(all));
    assert.ok(turns >= 15, `${turns} turns`);
  });

  it('of few parts, each of which takes milliseconds, does so too', async () => {
    const type = typeOf('song:1');
    const slow: typeof type = {
      ...type,
      apply(...args) {
        for (const began = performance.now(); performance.now() - began < 4; );
        return type.apply(...args);
      },
    };
    const { writer } = await room(createMemoryLog(), slow);
    const all = Array.from({ length: 20 }, () => writer.submit(by('ann', ['x'])));
    const turns = await turnsUntil(Promise.all(all));
    assert.ok(turns >= 19, `${turns} turns`);
  });
});

describe('what waits for a log', () => {
  it('is appended in batches of about a mebibyte, however long each is', async () => {
    const log = createMemoryLog();
    const sizes: number[] = [];
    const append: Log['append'] = (room, batch) => {
      sizes.push(JSON.stringify(batch.entries).length);
      return log.append(room, batch);
    };
    const { writer } = await room(withMethods(log, { append }));
    const letters = 'x'.repeat(100_000);
    for (let round = 0; round < 3; round++) {
      const insertions = Array.from({ length: 20 }, () => writer.submit(by('ann', [letters])));
      await Promise.all(insertions);
      await writer.submit(by('ann', [{ d: 2_000_000 }]));
    }
    assert.ok(Math.max(...sizes) < 1_500_000, `${Math.max(...sizes)} bytes`);
  });
});

/** A log that counts what is read of it. */
function counted(log: Log) {
  const reads: { entries: number; bytes: number }[] = [];
  const read: Log['read'] = async (room, range) => {
    const entries = await log.read(room, range);
    reads.push({ entries: entries?.length ?? 0, bytes: JSON.stringify(entries ?? []).length });
    return entries;
  };
  return { log: withMethods(log, { read }), reads, total: () => reads.reduce((sum, { bytes }) => sum + bytes, 0) };
}

describe('who stands far back', () => {
  /** A room whose log has 20 MB of entries, most of which memory has let go. */
  async function longRoom() {
    const log = createMemoryLog();
    await room(log);
    const { epoch } = await log.load(key);
    const entries = Array.from({ length: 100 }, () => [entry(['x'.repeat(200_000)]), entry([{ d: 200_000 }])]).flat();
    await log.append(key, { epoch, after: 1, entries });
    const { reads, total, log: counting } = counted(log);
    const here = await room(counting);
    here.document.trim();
    return { ...here, reads, total };
  }

  it('is read back as far as that takes no more than 8 MiB, page by page, and is a conflict beyond', async () => {
    const { writer, budget, reads, total, document } = await longRoom();
    const tooFar = writer.submit(by('eve', ['y'], { revision: 1 }));
    assert.ok((await turnsUntil(refusalOf(tooFar))) >= reads.length / 2);
    assert.equal((await refusalOf(tooFar)).error_code, 'conflict');
    assert.ok(Math.max(...reads.map(({ bytes }) => bytes)) < 2_000_000);
    assert.ok(total() > 3_000_000 && total() < 10_000_000, `${total()} bytes`);
    assert.ok(budget.taken.bytes > 8_000_000 && budget.taken.bytes < 12_000_000, `${budget.taken.bytes} bytes`);
    await writer.submit(by('ben', ['y'], { revision: document.reach + 1 }));
  });

  it('pays for what is read, and is refused alone when that is used up', async () => {
    const { writer, document } = await longRoom();
    const codes: unknown[] = [];
    for (let time = 0; time < 12; time++) {
      const late = writer.submit(by('eve', ['y'], { revision: 1 })).catch((error: Refusal) => error.error_code);
      const neighbour = writer.submit(by('ben', ['b']));
      codes.push(await late);
      assert.equal(await neighbour, document.revision);
      document.trim();
    }
    assert.deepEqual([codes[0], codes.at(-1)], ['conflict', 'rate_limited']);
  });

  it('costs one entry where the log does not reach back so far', async () => {
    const { log, writer, document, reads } = await longRoom();
    await log.snapshot(key, document.snapshot(), { entries: 10, bytes: 2 ** 30 });
    assert.equal((await refusalOf(writer.submit(by('eve', ['y'], { revision: 1 })))).error_code, 'conflict');
    assert.deepEqual(reads, [{ entries: 0, bytes: 2 }]);
  });
});

describe('cursors', () => {
  /** A hundred of them, in a song that grows. */
  async function crowdedRoom() {
    const here = await room();
    const { document, budget } = here;
    const accounts = new Accounts(budget, key);
    const cursors = new Cursors({
      room_id: 'song:1',
      document,
      now: Date.now,
      broadcast: () => {},
      whispers: undefined,
      accounts,
    });
    const member = (user_id: string) =>
      ({ client_id: user_id, connection: { identity: { user_id } } }) as unknown as Member;
    for (let user = 0; user < 100; user++) cursors.move(member(`${user}`), { anchor: length - user, head: length });
    return { ...here, cursors, member };
  }

  it('at a revision that is too many parts back are skipped, and others are paid for', async () => {
    const { writer, document, cursors, member, budget } = await crowdedRoom();
    for (let operation = 0; operation < 12; operation++) await writer.submit(by('ann', spread(1_000)));
    cursors.move(member('eve'), length, 1);
    assert.equal(cursors.list().length, 100);
    assert.equal(budget.taken.transforms, 0);
    cursors.move(member('eve'), length, document.revision - 1);
    assert.equal(cursors.list().length, 101);
    const { transforms } = budget.taken;
    assert.ok(transforms > 2_000 && transforms < 3_000, `${transforms} parts`);
  });

  it('are refused to who has used up its share', async () => {
    const { writer, document, cursors, member } = await crowdedRoom();
    for (let operation = 0; operation < 5; operation++) await writer.submit(by('ann', spread(1_000)));
    const move = () => cursors.move(member('eve'), length, document.revision - 5);
    const refused = () => {
      for (let time = 0; time < 1_000; time++) move();
    };
    assert.throws(refused, { error_code: 'rate_limited' });
    cursors.move(member('eve'), length, document.revision);
  });

  it('are moved in portions, each over each entry once, and stand where they belong', async () => {
    const { writer, document, cursors } = await crowdedRoom();
    const transform = mock.method(document.type as typeof text, 'transformPosition');
    try {
      let before = 0;
      let most = 0;
      for (let operation = 0; operation < 500; operation++) {
        await writer.submit(by('ann', ['y']));
        cursors.follow();
        most = Math.max(most, transform.mock.callCount() - before);
        before = transform.mock.callCount();
      }
      assert.ok(most > 0 && most <= 40_000, `${most} at once`);
      const [first] = cursors.list();
      assert.equal(transform.mock.callCount(), 100 * 500);
      assert.deepEqual(first?.position, { anchor: length + 500, head: length + 500 });
      assert.equal(document.revision, 501);
    } finally {
      transform.mock.restore();
    }
  });
});

describe('the history of a feed whose entries were edited again and again', () => {
  const channel = '/channel:1';
  const messages = 205;
  const edits = 8_000;

  /** Messages, with 16 MB of edits among the newest that are no longer in the content. */
  async function editedChannel() {
    const log = createMemoryLog();
    const say = (text: string) => entry({ type: 'message.new', text });
    const edit = (time: number) =>
      entry({ type: 'message.edited', message_id: `${(time % 5) + 1}`, text: `${time} ${'x'.repeat(2_000)}` });
    const entries = [
      ...Array.from({ length: 5 }, (_, index) => say(`${index}`)),
      ...Array.from({ length: edits }, (_, time) => edit(time)),
      entry({ type: 'message.reaction', message_id: '1', reaction: '+', on: true }),
      ...Array.from({ length: messages - 5 }, (_, index) => say(`${index}`)),
    ];
    const { epoch } = (await log.append(channel, { epoch: '', after: 0, entries })) as { epoch: string };
    const document = new Document(typeOf('channel:1'), await log.load(channel));
    const { reads, total, log: counting } = counted(log);
    const budget = new CountingBudget(() => 0);
    const source = {
      log: counting,
      key: channel,
      document,
      accounts: new Accounts(budget, channel),
      history: kinds.of('channel:1').history,
    };
    return { source, reads, total, budget, epoch };
  }

  it('is read in pages between which others have their turn, and is as it is now', async () => {
    const { source, reads, total, budget } = await editedChannel();
    const reading = readHistory(source, 'eve', '8007', 50);
    const turns = await turnsUntil(reading);
    const { entries, more } = await reading;
    assert.deepEqual(
      entries.map(({ message_id, text, reactions }) => [message_id, text?.split(' ')[0], reactions]),
      Array.from({ length: 5 }, (_, index) => [
        `${index + 1}`,
        `${edits - 5 + index}`,
        index === 0 ? { '+': ['ada'] } : {},
      ]),
    );
    assert.equal(more, false);
    assert.ok(turns >= reads.length);
    assert.ok(Math.max(...reads.map(({ bytes }) => bytes)) < 600_000);
    assert.ok(total() < 1.1 * 2_100 * edits, `${total()} bytes`);
    assert.ok(budget.taken.bytes >= total());
  });

  it('is refused to a viewer who has used up its share, and not to another', async () => {
    const { source } = await editedChannel();
    const read = (user_id: string) =>
      readHistory(source, user_id, '8007', 50).then(
        () => 'read',
        (error: Refusal) => error.error_code,
      );
    const outcomes: string[] = [];
    while (outcomes.at(-1) !== 'rate_limited') outcomes.push(await read('eve'));
    assert.ok(outcomes.length <= 6, `${outcomes.length} times`);
    assert.equal(await read('ben'), 'read');
  });
});

function withMethods(log: Log, methods: Partial<Log>): Log {
  return new Proxy(log, {
    get: (target, name) => {
      const own = Object.hasOwn(methods, name) ? methods[name as keyof Log] : Reflect.get(target, name);
      return typeof own === 'function' ? own.bind(target) : own;
    },
  });
}
