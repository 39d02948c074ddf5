import type { RefusalMessage } from './state.ts';

/** A refusal that the server did not make. */
export function local(message: string): RefusalMessage {
  return { code: 4503, error_code: 'unavailable', message, timestamp: Date.now() };
}
