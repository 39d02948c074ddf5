import { Refusal } from '../../shared/refusals.ts';
import type { Log } from './log.ts';
import { Damaged } from './proof.ts';

/** How long a log counts as troubled after a call has failed, in milliseconds. */
const troubled = 3_000;

/** The same log, of which it is known when its calls fail, where it does not say so itself. */
export function watched(log: Log): Log {
  let failedAt = Number.NEGATIVE_INFINITY;
  let reason: string | undefined;

  function trouble(): string | undefined {
    const failedLately = performance.now() - failedAt < troubled;
    return log.trouble ?? (failedLately ? reason : undefined);
  }

  function failed(error: unknown): void {
    // One room's trouble, not the store's.
    if (error instanceof Damaged) return;
    if (error instanceof Refusal && error.error_code !== 'unavailable') return;
    failedAt = performance.now();
    reason = error instanceof Error ? error.message : String(error);
  }

  return new Proxy(log, {
    get(target, name) {
      if (name === 'trouble') return trouble();
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        const answer: unknown = value.apply(target, args);
        if (answer instanceof Promise) answer.catch(failed);
        return answer;
      };
    },
  });
}
