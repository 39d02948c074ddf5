import type { Logger } from 'pino';

/** How often it is looked, in milliseconds. */
const lookEvery = 1_000;

/** Says in the log when the store stops doing its work, with the reason, and when it does it again. Returns how to stop. */
export function watchTrouble(trouble: () => string | undefined, logger: Logger): () => void {
  let isTroubled = false;
  const look = () => {
    const reason = trouble();
    if (reason !== undefined && !isTroubled) logger.error({ reason }, 'the store does not do its work');
    if (reason === undefined && isTroubled) logger.info('the store does its work again');
    isTroubled = reason !== undefined;
  };
  const timer = setInterval(look, lookEvery);
  timer.unref();
  return () => clearInterval(timer);
}
