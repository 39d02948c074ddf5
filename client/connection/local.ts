import { type ErrorCode, Refusal } from '../../shared/refusals.ts';
import type { RefusalMessage } from './state.ts';

/** A refusal that the server did not make. */
export function local(message: string, error_code: ErrorCode = 'unavailable'): RefusalMessage {
  return new Refusal(error_code, message).toMessage(Date.now());
}
