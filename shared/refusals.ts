/**
 * The reasons for which the server declines something, each with the number that programs compare.
 * The meaning of a code never changes; several error codes may share a number.
 */
export const refusalCodes = {
  /** The payload is not what the event takes; the message names the field. */
  bad_request: 4400,
  /** No token, a bad one, or an expired one. */
  unauthorized: 4401,
  /** No role in the room, or too low a role. */
  forbidden: 4403,
  /** Not joined, or no such thing in the room. */
  not_found: 4404,
  /** A revision from the future, older than the log reaches or too much work to bring to the head; another epoch, a sequence below the last one, a key of another request; left meanwhile. */
  conflict: 4409,
  /** The room was deleted in which a client stands; without `since` it may begin another one under the same id. */
  deleted: 4410,
  /** Over HTTP: the room does not stand where `If-Match` says. */
  precondition_failed: 4412,
  /** Over the limit for a message, an operation or a document. */
  too_large: 4413,
  /** Well-formed, but does not fit the document at its revision. */
  invalid_operation: 4422,
  /** Too often; `retry_after_ms` says when to try again. */
  rate_limited: 4429,
  /** This user, or this address, has as many connections as are allowed. */
  too_many_connections: 4429,
  /** The room has as many participants as are allowed. */
  room_full: 4429,
  /** A bug in the server; nothing about it leaks. */
  internal: 4500,
  /** The store did not answer. The one refusal whose outcome may be unknown: repeat with the same `sequence`. */
  unavailable: 4503,
} as const;

export type ErrorCode = keyof typeof refusalCodes;

/** What a refusal may carry besides its code and message. */
export interface RefusalDetails {
  /** Milliseconds after which another try may succeed. */
  retry_after_ms?: number | undefined;
  /** The server closes the connection next. */
  fatal?: boolean | undefined;
}

/** A refusal as it travels: see `refusal` in events.ts for the meaning of each field. */
export interface RefusalMessage extends RefusalDetails {
  code: (typeof refusalCodes)[ErrorCode];
  error_code: ErrorCode;
  message: string;
  event?: string;
  room_id?: string;
  sequence?: number;
  /** Milliseconds since the epoch. */
  timestamp: number;
}

/** A refusal that came over the wire. */
export function toRefusal(told: Pick<RefusalMessage, 'error_code' | 'message'> & RefusalDetails): Refusal {
  return new Refusal(told.error_code, told.message, told);
}

/** Thrown where the trouble is seen, and answered in one place. A refusal changes nothing. */
export class Refusal extends Error {
  readonly error_code: ErrorCode;
  readonly details: RefusalDetails;

  constructor(error_code: ErrorCode, message: string, details: RefusalDetails = {}) {
    super(message);
    this.name = 'Refusal';
    this.error_code = error_code;
    this.details = details;
  }
}

/** A refusal on the wire. `context` says what was refused: the event, and its room and sequence where it had them. */
export function messageOf(
  { error_code, message, details }: Refusal,
  timestamp: number,
  context: { event?: string; room_id?: string; sequence?: number } = {},
): RefusalMessage {
  return { code: refusalCodes[error_code], error_code, message, ...details, ...context, timestamp };
}
