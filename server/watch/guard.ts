import type { Logger } from 'pino';

/**
 * Wraps a listener that sockets, requests or other processes call. What it throws, or rejects with, is a bug: it is logged
 * whole, `otherwise` puts right what it left, and the process goes on.
 */
export type Guard = <Args extends unknown[]>(
  listener: (...args: Args) => unknown,
  otherwise?: (...args: Args) => void,
) => (...args: Args) => void;

export function createGuard(logger: Logger): Guard {
  return (listener, otherwise) =>
    (...args) => {
      const caught = (error: unknown) => {
        logger.error({ err: error }, 'a listener failed');
        otherwise?.(...args);
      };
      try {
        const result = listener(...args);
        if (result instanceof Promise) result.catch(caught);
      } catch (error) {
        caught(error);
      }
    };
}
