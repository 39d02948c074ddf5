import type { RefusalMessage } from './state.ts';

/** Whether the same would be refused again, whenever it is tried: `bad_request`, `forbidden`, `deleted`. */
export function isLasting(code?: RefusalMessage['code']): boolean {
  return code === 4400 || code === 4403 || code === 4410;
}

/** A refusal that the server did not make. */
export function local(message: string): RefusalMessage {
  return { code: 4503, error_code: 'unavailable', message, timestamp: Date.now() };
}
