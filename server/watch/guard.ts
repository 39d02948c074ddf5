import type { Logger } from 'pino';

/**
 * Wraps a listener that sockets, requests or other processes call. What it throws, or rejects with, is a bug: it is logged
 * whole, `otherwise` puts right what it left, and the process goes on. `this` is whose listener it is: one may be shared by all.
 */
export type Guard = <This, Args extends unknown[]>(
  listener: (this: This, ...args: Args) => unknown,
  otherwise?: (this: This, ...args: Args) => void,
) => (this: This, ...args: Args) => void;

export function createGuard(logger: Logger): Guard {
  return (listener, otherwise) =>
    function (...args) {
      const caught = (error: unknown) => {
        logger.error({ err: error }, 'a listener failed');
        otherwise?.apply(this, args);
      };
      try {
        const result = listener.apply(this, args);
        if (result instanceof Promise) result.catch(caught);
      } catch (error) {
        caught(error);
      }
    };
}
