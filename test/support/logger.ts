import { type Logger, pino } from 'pino';
import { redacting } from '../../server/watch/logger.ts';

/** A logger whose lines are kept, as they would be written. */
export function captured(): { lines: Record<string, unknown>[]; logger: Logger } {
  const lines: Record<string, unknown>[] = [];
  const stream = redacting({ write: (line) => lines.push(JSON.parse(line)) });
  return { lines, logger: pino({ level: 'trace' }, stream) };
}
