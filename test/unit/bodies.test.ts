import assert from 'node:assert/strict';
import { Bodies, type Place } from '../../server/http/bodies.ts';
import { Refusal } from '../../shared/refusals.ts';

const megabyte = 1024 * 1024;

describe('large bodies', () => {
  let now = 0;
  let bodies: Bodies;
  const entered: string[] = [];

  beforeEach(() => {
    now = 0;
    entered.length = 0;
    bodies = new Bodies(() => now);
  });

  /** Asks for a place, and tells when there is one, or why there is none. */
  function take(user: string, megabytes: number): Promise<Place | Refusal> {
    return bodies.take(user, megabytes * megabyte).then(
      (place) => {
        entered.push(user);
        return place;
      },
      (error) => (error instanceof Refusal ? error : assert.fail(error)),
    );
  }

  async function placeOf(taken: Promise<Place | Refusal>): Promise<Place> {
    const place = await taken;
    return place instanceof Refusal ? assert.fail(place) : place;
  }

  const turn = () => new Promise((resolve) => setImmediate(resolve));

  it('of one user are read one after the other, those of others meanwhile', async () => {
    const first = await placeOf(take('ann', 1));
    void take('ann', 1);
    await placeOf(take('ben', 1));
    await turn();
    assert.deepEqual(entered, ['ann', 'ben']);
    first.end();
    await turn();
    assert.deepEqual(entered, ['ann', 'ben', 'ann']);
  });

  it('have 24 MiB together, and one may have more where there is no other', async () => {
    const first = await placeOf(take('ann', 12));
    const second = await placeOf(take('ben', 12));
    const third = take('cai', 30);
    void take('dee', 1);
    first.end();
    await turn();
    assert.deepEqual(entered, ['ann', 'ben', 'dee']);
    second.end();
    await turn();
    assert.deepEqual(entered, ['ann', 'ben', 'dee']);
    now += 11_000;
    bodies.look();
    assert.equal(((await third) as Refusal).error_code, 'unavailable');
    await placeOf(bodies.take('eve', megabyte));
  });

  it('that come slowly give way to those that wait, and others do not', async () => {
    const [slow, fast] = [await placeOf(take('ann', 12)), await placeOf(take('ben', 12))];
    slow.came(30_000);
    fast.came(100_000);
    void take('cai', 1);
    now += 2_000;
    bodies.look();
    assert.equal(slow.signal.aborted, false);
    now += 1;
    bodies.look();
    assert.deepEqual([slow.signal.aborted, fast.signal.aborted], [true, false]);
    slow.end();
    await turn();
    assert.deepEqual(entered, ['ann', 'ben', 'cai']);
  });

  it('are read at a pace', async () => {
    const fast = await placeOf(take('ann', 12));
    for (let megabytes = 0; megabytes < 16; megabytes++) assert.equal(fast.came(megabyte), undefined);
    assert.ok(fast.came(1_000) instanceof Promise);
    now += 1_000;
    assert.equal(fast.came(7 * megabyte), undefined);
  });

  it('may be slow while nobody waits', async () => {
    const slow = await placeOf(take('ann', 12));
    now += 60_000;
    void take('ben', 1);
    assert.equal(slow.signal.aborted, false);
  });
});
