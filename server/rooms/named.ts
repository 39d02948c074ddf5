import { createHash } from 'node:crypto';
import { Refusal } from '../../shared/refusals.ts';

/** No client can take such a name: theirs have no colon. */
const prefix = 'service:';
/** How many operations a request may have: a number tells it from others by what stands above that. */
const steps = 2 ** 20;
/** The step by which a repeat knows that nothing of a request is missing. */
export const lastStep = steps - 1;

/**
 * Names what was sent under an id of its own, as the client whose operations it is: the log remembers it, and a repeat is
 * committed once, on whichever instance. The id is its user's: others may use the same.
 */
export function nameOf(...id: [user_id: string, ...string[]]): string {
  return `${prefix}${createHash('sha256').update(JSON.stringify(id)).digest('base64url')}`;
}

/** Whether a client is such a name. */
export function isNamed(client_id: string): boolean {
  return client_id.startsWith(prefix);
}

/** A request that is sent under a key: as which client, and under what number each of its operations is in the log. */
export interface KeyedRequest {
  client_id: string;
  numberOf(step: number): number;
}

/** The numbers say what was asked, so that another request is not taken for a repeat; who has not the key learns nothing by them. */
export function requestUnder(user_id: string, key: string, request: unknown): KeyedRequest {
  const digest = createHash('sha256')
    .update(JSON.stringify([user_id, key, request]))
    .digest();
  return { client_id: nameOf(user_id, 'key', key), numberOf: (step) => digest.readUInt32BE() * steps + step };
}

/** How many operations of a request are in the log where its name has a number there. */
export function stepOf(sequence: number): number {
  return sequence % steps;
}

/** Whether two numbers of a name are of one request. */
export function isSameRequest(one: number, other: number): boolean {
  return Math.floor(one / steps) === Math.floor(other / steps);
}

export function otherRequest(): Refusal {
  return new Refusal('conflict', 'the key was used for another request: take a new one for each');
}
