import { type ErrorCode, Refusal } from '../../../shared/refusals.ts';
import { type PlainText, t } from './t.ts';

/** Why something was declined, in words of whoever is in front of the page. What the server says is for who wrote a program. */
const words: Record<ErrorCode, PlainText> = {
  bad_request: 'The server does not take this.',
  unauthorized: 'The server does not know who you are. Ask for a new link.',
  forbidden: 'You may not do this here.',
  not_found: 'It is not here any more.',
  conflict: 'It has changed meanwhile. Try again.',
  deleted: 'It was deleted.',
  precondition_failed: 'It has changed meanwhile. Try again.',
  too_large: 'It is too long.',
  invalid_operation: 'It has changed meanwhile. Try again.',
  rate_limited: 'This was too often. Wait a moment, and try again.',
  too_many_connections: 'You have this open in too many windows. Close some of them.',
  room_full: 'As many people are here as there may be.',
  internal: 'The server has made a mistake. Try again.',
  unavailable: 'The server does not answer at the moment. Try again.',
};

/** What to say of something that was thrown. */
export function wordsFor(error: unknown): string {
  return t(words[error instanceof Refusal ? error.error_code : 'unavailable']);
}

/** The same, of a code. */
export function wordsForCode(code: ErrorCode): string {
  return t(words[code]);
}
