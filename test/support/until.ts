import { setTimeout } from 'node:timers/promises';

/** Asks again and again, and resolves with the first answer that is neither undefined nor false. */
export async function until<Answer>(ask: () => Answer | Promise<Answer>): Promise<Exclude<Answer, undefined | false>> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer as Exclude<Answer, undefined | false>;
    await setTimeout(5);
  }
}
