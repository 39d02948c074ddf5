import { type DestinationStream, type Logger, pino } from 'pino';
import { type Config, withoutPasswords } from '../config.ts';
import { standardError } from './sink.ts';

/** A JSON Web Token or an invitation, wherever it stands. */
const tokens = /\beyJ[\w-]+\.[\w-]+\.[\w-]*|\binvitation\.[\w-]{32,}/g;

/** What goes into a log passes here last: no token or password of a URL gets in, in whatever field or message it came. */
export function redacting(destination: DestinationStream): DestinationStream {
  return { write: (line) => destination.write(withoutPasswords(line).replace(tokens, '[token]')) };
}

/** Structured lines on standard error, one JSON object each. What nobody takes there is dropped, and told of afterwards. */
export function createLogger({ logLevel }: Config, onDropped: () => void = () => {}): Logger {
  const sink = standardError({
    onDropped,
    onFailed() {},
    onRecovered: (dropped) => logger.warn({ dropped }, 'lines of this log were dropped'),
  });
  const logger = pino({ level: logLevel }, redacting(sink));
  return logger;
}
