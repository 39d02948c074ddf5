import { setTimeout } from 'node:timers/promises';

/** How long a test waits for something, in milliseconds; a little less than mocha waits for the test. */
const patience = 50_000;

/** Asks again and again, and resolves with the first answer that is neither undefined nor false. */
export async function until<Answer>(ask: () => Answer | Promise<Answer>): Promise<Exclude<Answer, undefined | false>> {
  const deadline = performance.now() + patience;
  while (performance.now() < deadline) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer as Exclude<Answer, undefined | false>;
    await setTimeout(5);
  }
  throw new Error(`waited ${patience / 1000} s in vain until ${ask}`);
}
