import assert from 'node:assert/strict';
import { type WebhookEventType, webhookEvents } from '../../server/config.ts';
import { type Duty, ownDuty } from '../../server/instances/duty.ts';
import { Ledger } from '../../server/ledgers/ledger.ts';
import { openLmdbLog } from '../../server/logs/lmdb.ts';
import type { Log } from '../../server/logs/log.ts';
import { createMemoryLog } from '../../server/logs/memory.ts';
import { Deliveries, pauses } from '../../server/webhooks/deliveries.ts';
import type { WebhookEvent } from '../../server/webhooks/events.ts';
import { changeOf, type Notice, type QueueState, queue, queueKey, readQueueKey } from '../../server/webhooks/queue.ts';
import { Queues, type QueuesOptions } from '../../server/webhooks/queues.ts';
import { Refusal } from '../../shared/refusals.ts';
import { cleanup } from '../support/cleanup.ts';
import { temporaryDirectory } from '../support/process.ts';
import { until } from '../support/until.ts';

const wanted = new Set<WebhookEventType>(webhookEvents);
const room_id = 'song:42';
const key = queueKey('band', 'rooms');
const entry = (number: number, { text = '', timestamp = Date.now() } = {}): Notice => {
  return { type: 'entry.published', id: `evt_${number}`, timestamp, room_id: 'project:9', data: { number, text } };
};
const numbers = (events: readonly WebhookEvent[]) => events.map(({ data }) => data.number);
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

/** The events that notices make, and the state afterwards. */
function noticed(state: QueueState, ...notices: Notice[]): [string[], QueueState] {
  const change = changeOf(state, 'band', notices, wanted);
  if (!change) return [[], state];
  const events = change.type === 'happened' ? change.events : [];
  return [events.map(({ type }) => type), queue.apply(state, { change, user_id: 'server', timestamp: 0 })];
}

describe('what is noticed of a tenant', () => {
  const at = { id: 'evt', timestamp: 1, room_id } as const;
  const occupied = (revision = 0): Notice => ({ type: 'room.occupied', ...at, epoch: 'e', revision });
  const stored = (revision: number): Notice => ({ type: 'document.stored', ...at, epoch: 'e', revision });
  const vacated: Notice = { type: 'room.vacated', ...at };

  it('is told when the first comes and when the last goes, whoever has noticed it', () => {
    let [told, state] = noticed(queue.create(), occupied(), occupied());
    assert.deepEqual(told, ['room.occupied']);
    [told, state] = noticed(state, occupied());
    assert.deepEqual(told, []);
    [told, state] = noticed(state, vacated, vacated, occupied(), vacated);
    assert.deepEqual(told, ['room.vacated', 'room.occupied', 'room.vacated']);
    assert.deepEqual(state.rooms, {});
  });

  it('is told of each revision that is stored once, and of none after a later one', () => {
    let [told, state] = noticed(queue.create(), occupied(3), stored(3), stored(5), stored(4), stored(5));
    assert.deepEqual(told, ['room.occupied', 'document.stored']);
    assert.equal(state.rooms[room_id]?.revision, 5);
    [told, state] = noticed(state, vacated);
    [told, state] = noticed(state, { type: 'document.changed', room_id, epoch: 'e', revision: 5 });
    assert.deepEqual(state.rooms, { [room_id]: { occupied: false, epoch: 'e', revision: 5 } });
    [told, state] = noticed(state, stored(6));
    assert.deepEqual([told, state.rooms], [['document.stored'], {}]);
  });

  it('is told of users by their ids, whatever those are', () => {
    const user = (type: 'user.online' | 'user.offline'): Notice => ({
      type,
      id: 'evt',
      timestamp: 1,
      user_id: 'constructor',
    });
    let [told, state] = noticed(queue.create(), user('user.offline'), user('user.online'), user('user.online'));
    assert.deepEqual(told, ['user.online']);
    [told, state] = noticed(state, user('user.offline'));
    assert.deepEqual([told, state.online], [['user.offline'], {}]);
  });

  it('changes nothing where nobody wants to know, and is followed all the same', () => {
    const change = changeOf(queue.create(), 'band', [occupied()], new Set(['document.stored']));
    assert.deepEqual(change?.type === 'happened' && [change.events, change.rooms?.[room_id]?.occupied], [[], true]);
  });

  it('has a queue whose key says whose it is', () => {
    for (const org_id of ['', 'band', 'a/b:c', '…']) {
      assert.deepEqual(readQueueKey(queueKey(org_id, 'users')), { org_id, name: 'users' });
    }
  });
});

interface Case {
  log?: Log;
  duty?: Duty;
  retryFor?: number;
  mostBytes?: QueuesOptions['mostBytes'];
  mostNoticed?: number;
  post(events: readonly WebhookEvent[]): Promise<void> | void;
}

/** Queues and who delivers from them, over a clock that does not wait; they end with the test. */
function start({
  log = createMemoryLog(),
  duty = ownDuty(),
  retryFor = 86_400_000,
  mostBytes,
  mostNoticed,
  post,
}: Case) {
  const givenUp: [number, string][] = [];
  const paused: number[] = [];
  const errors: unknown[] = [];
  const onGivenUp = (_: string, events: number, reason: string) => void givenUp.push([events, reason]);
  const queues = new Queues({
    log,
    wanted,
    onQueued: (key) => deliveries.look(key),
    onGivenUp,
    onError: (error) => void errors.push(error),
    ...(mostBytes && { mostBytes }),
    ...(mostNoticed && { mostNoticed }),
  });
  const deliveries = new Deliveries({
    queues,
    duty,
    post: async (events) => post(events),
    retryFor,
    now: Date.now,
    onDelivered() {},
    onTried() {},
    onGivenUp,
    onError: (error) => void errors.push(error),
    async pause(milliseconds) {
      paused.push(milliseconds);
      await new Promise(setImmediate);
    },
  });
  async function close() {
    await deliveries.close();
    queues.close();
  }
  cleanup(close);
  const add = (...notices: Notice[]) => {
    for (const notice of notices) queues.add('band', 'rooms', notice);
    return queues.settled('band', 'rooms');
  };
  return { log, queues, deliveries, add, close, givenUp, paused, errors };
}

async function openFolder(): Promise<Log> {
  const log = await openLmdbLog({ directory: temporaryDirectory() });
  cleanup(() => log.close());
  return log;
}

describe('what is delivered', () => {
  it('comes once and in order over a minute of refusals, with growing pauses', async () => {
    const taken: unknown[] = [];
    const { add, paused } = start({
      post(events) {
        if (paused.reduce((sum, pause) => sum + pause, 0) < 60_000) throw new Error('away');
        taken.push(...numbers(events));
      },
    });
    await add(...upTo(500).map((number) => entry(number)));
    await until(() => taken.length >= 500);
    assert.deepEqual(taken, upTo(500));
    assert.ok(paused.every((pause, index) => pause <= Math.min(pauses.first * 2 ** index, pauses.longest)));
    assert.ok(paused.length < 12, `${paused}`);
  });

  it('goes on where another stopped, who may have died before it could say what was taken', async () => {
    const log = createMemoryLog();
    const taken: unknown[] = [];
    const first = start({ log, post: () => Promise.reject(new Error('away')) });
    await first.add(...upTo(60).map((number) => entry(number)));
    await first.close();
    let lives = true;
    const second = start({
      log,
      duty: {
        ...ownDuty(),
        get held() {
          return lives;
        },
      },
      post(events) {
        taken.push(...numbers(events));
        // It has died: nothing that it does from here on counts.
        lives = false;
        throw new Error('killed');
      },
    });
    second.deliveries.look(key);
    await until(() => !lives);
    const third = start({ log, post: (events) => void taken.push(...numbers(events)) });
    third.deliveries.look(key);
    await until(() => taken.includes(60));
    assert.deepEqual([...new Set(taken)], upTo(60));
    assert.deepEqual(taken.slice(-60), upTo(60));
  });

  for (const store of ['memory', 'a folder']) {
    it(`stays readable over many snapshots of the ledger in ${store}, and is trimmed behind what is over`, () =>
      staysReadable(store === 'memory' ? createMemoryLog() : openFolder()));
  }

  async function staysReadable(opened: Log | Promise<Log>): Promise<void> {
    let isUp = false;
    const taken: unknown[] = [];
    const { add, log } = start({
      log: await opened,
      post(events) {
        if (!isUp) throw new Error('away');
        taken.push(...numbers(events));
      },
    });
    for (const number of upTo(350)) await add(entry(number));
    isUp = true;
    await until(() => taken.length >= 350);
    assert.deepEqual(taken, upTo(350));
    for (const number of upTo(150)) await add(entry(350 + number));
    await until(() => taken.length >= 500);
    const { epoch } = await log.load(key);
    assert.equal(await log.read(key, { epoch, after: 300, limit: 1, bytes: 1 }), undefined);
  }

  it('gives up the oldest of a queue that is full, and says so', async () => {
    const isUp = { now: false };
    const taken: unknown[] = [];
    const { add, givenUp, queues } = start({
      mostBytes: { rooms: 100_000, users: 100_000 },
      post(events) {
        if (!isUp.now) throw new Error('away');
        taken.push(...numbers(events));
      },
    });
    for (const number of upTo(300)) await add(entry(number, { text: 'x'.repeat(1_000) }));
    const { state } = await queues.of(key);
    assert.ok(state.bytes <= 102_000, `${state.bytes}`);
    isUp.now = true;
    await until(() => taken.at(-1) === 300);
    const gone = givenUp.reduce((sum, [events]) => sum + events, 0);
    assert.ok(givenUp.every(([, reason]) => reason === 'the queue is full'));
    assert.deepEqual(taken, upTo(300).slice(gone));
    await until(async () => (await queues.of(key)).state.events === 0);
    assert.equal((await queues.of(key)).state.bytes, 0);
  });

  it('gives up what was tried for long enough, and goes on with the rest', async () => {
    const taken: unknown[] = [];
    const { add, givenUp } = start({
      retryFor: 3_600_000,
      post(events) {
        if (events.some(({ timestamp }) => timestamp < 1_000)) throw new Error('never');
        taken.push(...numbers(events));
      },
    });
    await add(entry(1, { timestamp: 1 }), entry(2, { timestamp: 1 }));
    await until(() => givenUp.length > 0);
    await add(entry(3));
    await until(() => taken.length > 0);
    assert.deepEqual([taken, givenUp], [[3], [[2, 'too old']]]);
  });

  it('waits in memory while the store does not answer', async () => {
    const log = createMemoryLog();
    const append = log.append.bind(log);
    let refusals = 2;
    log.append = (room, given) => {
      if (refusals-- > 0) throw new Refusal('unavailable', 'the store does not answer');
      return append(room, given);
    };
    const taken: unknown[] = [];
    const { add, errors } = start({ log, post: (events) => void taken.push(...numbers(events)) });
    await add(entry(1));
    assert.equal(errors.length, 1);
    await add(entry(2));
    await until(() => taken.length === 2);
    assert.deepEqual(taken, [1, 2]);
  });

  it('takes no more than so many bytes of memory meanwhile: the oldest are given up', async () => {
    const log = createMemoryLog();
    const append = log.append.bind(log);
    let isUp = false;
    log.append = (room, given) => {
      if (!isUp) throw new Refusal('unavailable', 'the store does not answer');
      return append(room, given);
    };
    const taken: unknown[] = [];
    const post = (events: readonly WebhookEvent[]) => void taken.push(...numbers(events));
    const { add, givenUp } = start({ log, mostNoticed: 20_000, post });
    await add(...upTo(100).map((number) => entry(number, { text: 'x'.repeat(1_000) })));
    isUp = true;
    await add(entry(101));
    await until(() => taken.includes(101));
    const gone = givenUp.reduce((sum, [events]) => sum + events, 0);
    assert.ok(gone >= 80 && gone < 100, `${gone}`);
    assert.deepEqual(taken, upTo(101).slice(gone));
  });

  it('is given up where the store has lost it', async () => {
    const log = createMemoryLog();
    const { add, givenUp, deliveries } = start({
      log,
      post: () => Promise.reject(new Error('away')),
      duty: { ...ownDuty(), held: false },
    });
    await add(entry(1), entry(2));
    const ledger = await Ledger.open(log, key, queue);
    await ledger.compact();
    ledger.close();
    const other = start({ log, post() {} });
    other.deliveries.look(key);
    await until(() => other.givenUp.length > 0);
    assert.deepEqual(other.givenUp, [[2, 'lost by the store']]);
    assert.deepEqual([givenUp, deliveries.waiting], [[], { events: 0, bytes: 0 }]);
  });
});
