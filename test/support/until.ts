import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';

/** How long a test waits for something at most, in milliseconds. */
const patience = 50_000;
/** How long before mocha ends the test it says what it waits for, in milliseconds. */
const ahead = 1_000;

/** Milliseconds by a clock that no test moves. */
const now = () => Number(process.hrtime.bigint()) / 1e6;

/** The test that runs now, and since when. */
let running: { since: number; timeout(): number } | undefined;

/** A test begins, or none runs. `timeout`: after how many milliseconds mocha ends it, 0 for never. */
export function testRuns(timeout?: () => number): void {
  running = timeout && { since: now(), timeout };
}

function endOfTest(): number {
  const timeout = running?.timeout() ?? 0;
  return running && timeout > 0 ? running.since + timeout : Number.POSITIVE_INFINITY;
}

/** For how long something may be waited for now, in milliseconds: so that it is said before mocha ends the test. */
export function timeLeft(): number {
  return Math.min(patience, endOfTest() - ahead - now());
}

/**
 * Asks again and again, and resolves with the first answer that is neither undefined nor false. Says what it waits for
 * before mocha ends the test, also where the answer never comes.
 */
export async function until<Answer>(ask: () => Answer | Promise<Answer>): Promise<Exclude<Answer, undefined | false>> {
  const begun = now();
  const late = new AbortController();
  const noAnswer = setTimeout(timeLeft(), undefined, { signal: late.signal }).then(() => {
    throw new Error(`waited ${Math.round(now() - begun) / 1000} s in vain until ${ask}`);
  });
  noAnswer.catch(() => undefined);
  try {
    for (;;) {
      const answer = await Promise.race([ask(), noAnswer]);
      if (answer !== undefined && answer !== false) return answer as Exclude<Answer, undefined | false>;
      await Promise.race([setTimeout(5), noAnswer]);
    }
  } finally {
    late.abort();
  }
}

/** Asks again and again until the answer is the expected one; says what it was instead. */
export async function untilEqual<Answer>(ask: () => Answer | Promise<Answer>, expected: Answer): Promise<void> {
  let answer: Answer | undefined;
  try {
    await until(async () => {
      answer = await ask();
      return isDeepStrictEqual(answer, expected);
    });
  } catch (error) {
    assert.deepEqual(answer, expected, `${ask}: not in time`);
    throw error;
  }
}
