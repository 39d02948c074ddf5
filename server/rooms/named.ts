import { createHash } from 'node:crypto';

/** No client can take such a name: theirs have no colon. */
const prefix = 'service:';

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
