import assert from 'node:assert/strict';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { Beat, patient, prompt } from '../../server/rooms/beat.ts';

/** A beat whose turns take so much of the processor each, in milliseconds. */
function beatOf(cost: number, pace = prompt): Beat {
  let used = 0;
  return new Beat(pace, () => {
    used += cost;
    return used;
  });
}

/** Takes so many turns, and ends each at once. */
async function take(beat: Beat, turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) {
    await beat.turn();
    beat.end();
  }
}

describe('the beat of rooms', () => {
  it('comes at once while turns take little', async () => {
    const beat = beatOf(0.01);
    await take(beat, 50);
    assert.ok(beat.interval < 0.1, `${beat.interval} ms`);
  });

  it('gathers for longer the more its turns take, and never for longer than 8 ms', async () => {
    const intervals = [];
    for (const cost of [0.2, 0.9, 1.8, 20]) {
      const beat = beatOf(cost);
      await take(beat, 30);
      intervals.push(Math.round(10 * beat.interval) / 10);
    }
    assert.deepEqual(intervals, [0.4, 2, 4, 8]);
  });

  it('gathers three times as long where nobody waits, and never for longer than 48 ms', async () => {
    const intervals = [];
    for (const cost of [0.01, 0.15, 0.9, 20]) {
      const beat = beatOf(cost, patient);
      await take(beat, 30);
      intervals.push(Math.round(10 * beat.interval) / 10);
    }
    assert.deepEqual(intervals, [0.1, 1, 6, 48]);
  });

  it('is one for all rooms: what comes in one turn of the event loop goes together', async () => {
    const beat = beatOf(0.01);
    const order: string[] = [];
    const room = async (name: string) => {
      await beat.turn();
      order.push(name);
      await setImmediate();
      order.push(`${name} has ended`);
      beat.end();
    };
    await Promise.all([room('one'), room('two')]);
    assert.deepEqual(order, ['one', 'two', 'one has ended', 'two has ended']);
  });

  it('waits for a turn that is under way, but not for one that hangs', async () => {
    const beat = beatOf(0.01);
    await beat.turn();
    let came = false;
    const next = beat.turn().then(() => {
      came = true;
    });
    await setImmediate();
    await setImmediate();
    assert.ok(!came);
    beat.end();
    await next;
    // That one never ends.
    await beat.turn();
    beat.end();
  });

  it('blocks nobody', async () => {
    const beat = beatOf(20);
    await take(beat, 5);
    for (let isOver = false; !isOver; ) {
      await beat.turn();
      const began = performance.now();
      beat.end();
      const turn = beat.turn().then(() => 'turn');
      // Where the test itself was held up, there is nothing left to wait for.
      isOver = performance.now() - began < 6;
      const first = await Promise.race([turn, setTimeout(1, 'timer')]);
      if (isOver) assert.equal(first, 'timer');
      await turn;
      beat.end();
    }
  });
});
