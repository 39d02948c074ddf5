import assert from 'node:assert/strict';
import { Time } from '../../server/watch/time.ts';
import { Clock } from '../../shared/clock.ts';

const hour = 3_600_000;

/** A machine whose calendar may be set. */
function machine() {
  const here = { monotonic: 5_000, calendar: 1_700_000_000_000 };
  const time = new Time(
    () => here.monotonic,
    () => here.calendar,
  );
  const pass = (milliseconds: number) => {
    here.monotonic += milliseconds;
    here.calendar += milliseconds;
  };
  return { here, time, pass };
}

describe('the time that a server tells', () => {
  it('is the calendar’s, while nobody sets that', () => {
    const { here, time, pass } = machine();
    for (let look = 0; look < 10; look += 1) {
      assert.equal(time.now(), here.calendar);
      pass(1_000);
    }
    here.calendar += 15;
    assert.equal(time.now(), here.calendar, 'a few milliseconds are taken as they are');
  });

  for (const step of [hour, -hour]) {
    it(`goes on where the calendar is set by ${step / hour} h, and follows slowly`, () => {
      const { here, time, pass } = machine();
      const before = time.now();
      here.calendar += step;
      assert.equal(time.now(), before);
      assert.equal(time.skew, step);
      pass(10_000);
      assert.equal(time.now(), before + 10_000 + Math.sign(step) * 100);
      for (let second = 0; second < 400_000; second += 1) {
        const earlier = time.now();
        pass(1_000);
        assert.ok(time.now() > earlier);
      }
      assert.equal(time.now(), here.calendar);
    });
  }

  it('is Redis’s as soon as that is known, whatever this machine’s calendar says then or later', () => {
    const { here, time, pass } = machine();
    const redis = here.calendar - hour;
    assert.equal(time.now(), here.calendar);
    time.measured(5_000, 5_000, redis);
    assert.equal(time.now(), redis);
    here.calendar += hour;
    pass(1_000);
    assert.equal(time.now(), redis + 1_000);
    assert.equal(time.skew, 2 * hour);
  });

  it('does not jump where another Redis has another time', () => {
    const { here, time, pass } = machine();
    time.measured(5_000, 5_002, here.calendar);
    const before = time.now();
    time.measured(5_000, 5_002, here.calendar + 500);
    assert.equal(time.now(), before);
    pass(60_000);
    assert.equal(time.now(), here.calendar + 500 - 1);
  });
});

describe('another machine’s clock', () => {
  it('is known anew at once where it or this one was set, or has slept', () => {
    const clock = new Clock(0);
    for (const sent of [0, 100, 200]) clock.measured(sent, sent + 2, sent + 1_001);
    clock.measured(300, 340, 300 + 20 + hour);
    assert.equal(clock.offset, hour);
  });
});
