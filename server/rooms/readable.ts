import { Refusal } from '../../shared/refusals.ts';
import { roomOfKey } from '../access/keys.ts';
import { Document } from '../documents/document.ts';
import type { Kinds, KnownKind } from '../kinds/kinds.ts';
import type { LoadedRoom, Log } from '../logs/log.ts';
import { Damaged } from '../logs/proof.ts';

/** A room as its log has it. */
export interface Readable {
  loaded: LoadedRoom;
  kind: KnownKind;
  document: Document;
}

/** What a kind throws at what a room has: a bug of the application's, of which the cause is for the log alone. */
class KindFailed extends Error {
  constructor({ name }: KnownKind, cause: unknown) {
    super(`the server's kind ${name} fails at what it has`, { cause });
  }
}

/** The room; or why it can not be read: it is damaged, not whole, or not what a kind that is here reads. It keeps no other from being read. */
export async function readable(log: Log, kinds: Kinds, key: string): Promise<Readable | Error> {
  try {
    const loaded = await log.load(key);
    const kind = kinds.of(roomOfKey(key));
    return { loaded, kind, document: byKind(kind, () => new Document(kind.type, loaded)) };
  } catch (error) {
    if (isOfRoom(error) || error instanceof Refusal) return error;
    throw error;
  }
}

/** Does something with a room by what its kind says. What that throws, or rejects with, is the room's own trouble: see isOfRoom(). */
export function byKind<Made>(kind: KnownKind, act: () => Made): Made {
  const failed = (error: unknown): never => {
    throw error instanceof Refusal || error instanceof Damaged ? error : new KindFailed(kind, error);
  };
  try {
    const made = act();
    return made instanceof Promise ? (made.catch(failed) as Made) : made;
  } catch (error) {
    return failed(error);
  }
}

/** Whether it is the trouble of one room, and no other's. */
export function isOfRoom(error: unknown): error is Error {
  return error instanceof KindFailed || error instanceof Damaged;
}
