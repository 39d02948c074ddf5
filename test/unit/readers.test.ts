import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createWatchSocket, type Reader, Readers, takenFrom } from '../../server/wire/readers.ts';
import { cleanup } from '../support/cleanup.ts';
import { standStill } from '../support/standStill.ts';
import { until } from '../support/until.ts';

/** For whom so much waits; it takes nothing by itself. */
class Slow implements Reader {
  waiting: number;
  taken = 0;
  dropped = false;

  constructor(waiting: number) {
    this.waiting = waiting;
  }

  drop(): void {
    this.dropped = true;
    this.waiting = 0;
  }
}

describe('readers', () => {
  let now = 0;
  let readers: Readers;

  beforeEach(() => {
    now = 0;
    readers = new Readers({ now: () => now, most: 1_000 });
  });

  afterEach(() => readers.close());

  function add(waiting: number): Slow {
    const reader = new Slow(waiting);
    readers.watch(reader);
    return reader;
  }

  function pass(seconds: number): void {
    now += 1_000 * seconds;
    readers.look();
  }

  it('that take nothing for a minute are dropped', () => {
    const reader = add(10);
    pass(1);
    pass(59);
    assert.equal(reader.dropped, false);
    pass(1);
    assert.equal(reader.dropped, true);
  });

  it('that take some of it now and then are kept, as is one for whom nothing waits', () => {
    const [slow, idle] = [add(900), add(0)];
    for (let minutes = 0; minutes < 60; minutes++) {
      slow.taken += 1;
      slow.waiting -= 1;
      pass(50);
    }
    assert.deepEqual([slow.dropped, idle.dropped], [false, false]);
    slow.waiting = 0;
    pass(100);
    slow.waiting = 10;
    pass(50);
    pass(50);
    assert.equal(slow.dropped, false);
  });

  it('give way where more waits than may: who has taken nothing for the longest, then the greediest, and no more of them', () => {
    const first = add(300);
    pass(1);
    const [small, greedy] = [add(200), add(400)];
    pass(1);
    const last = add(700);
    readers.wrote(100);
    pass(1);
    assert.deepEqual([first.dropped, greedy.dropped, small.dropped, last.dropped], [true, true, false, false]);
    assert.equal(readers.waiting, 900);
  });

  it('are looked at as soon as a quarter of what may wait has been written', async () => {
    const reader = add(1_001);
    readers.wrote(300);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(reader.dropped, true);
  });

  it('get the next answer when others have had as much time as the one before took', async () => {
    const made: number[] = [];
    const answer = () => {
      made.push(performance.now());
      standStill(40);
      made.push(performance.now());
    };
    await Promise.all([readers.turn(answer), readers.turn(answer)]);
    const [, end = 0, next = 0] = made;
    // A timer may be a millisecond early.
    assert.ok(next - end >= 38, `${next - end}`);
  });

  it('that have gone are forgotten', () => {
    const reader = new Slow(2_000);
    readers.watch(reader);
    readers.unwatch(reader);
    pass(100);
    assert.equal(reader.dropped, false);
  });

  it('of sockets are seen to take a part of what is one piece, and dropped where they take nothing', async () => {
    const piece = Buffer.alloc(32 * 2 ** 20);
    readers.close();
    readers = new Readers({ now: () => now });
    const sockets: Socket[] = [];
    const dropped: number[] = [];
    const watch = createWatchSocket(readers, (_, bytes) => dropped.push(bytes));
    const http = createServer((asked, answer) => {
      answer.once('close', watch(asked.socket));
      answer.end(piece);
    });
    http.on('connection', (socket) => sockets.push(socket));
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    cleanup(() => http.close());
    const { port } = http.address() as AddressInfo;
    const ask = async () => {
      const [answer] = (await once(get({ port, agent: false }), 'response')) as [IncomingMessage];
      answer.on('error', () => {});
      return answer;
    };
    const slow = await ask();
    const [toSlow] = sockets;
    const stuck = await ask();
    assert.ok(toSlow);
    let received = 0;
    slow.on('data', ({ length }: Buffer) => {
      received += length;
      slow.pause();
    });
    for (let taken = takenFrom(toSlow); toSlow.writableLength > 0; taken = takenFrom(toSlow)) {
      await until(() => {
        slow.resume();
        return takenFrom(toSlow) !== taken;
      });
      pass(40);
    }
    await until(() => {
      slow.resume();
      return received === piece.length;
    });
    assert.ok(now > 120_000, `${now} ms`);
    assert.equal(dropped.length, 1);
    const closed = new Promise((resolve) => stuck.once('close', resolve));
    stuck.resume();
    await closed;
    assert.equal(stuck.complete, false);
  });
});
