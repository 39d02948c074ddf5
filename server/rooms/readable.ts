import { Refusal } from '../../shared/refusals.ts';
import { roomOfKey } from '../access/keys.ts';
import type { Kinds, KnownKind } from '../kinds/kinds.ts';
import type { LoadedRoom, Log } from '../logs/log.ts';
import { Damaged } from '../logs/proof.ts';

/** A room as its log has it. */
export interface Readable {
  loaded: LoadedRoom;
  kind: KnownKind;
}

/** The room; or why it can not be read: it is damaged, not whole, or of a kind that is not here. It keeps no other from being read. */
export async function readable(log: Log, kinds: Kinds, key: string): Promise<Readable | Error> {
  try {
    return { loaded: await log.load(key), kind: kinds.of(roomOfKey(key)) };
  } catch (error) {
    if (error instanceof Damaged || error instanceof Refusal) return error;
    throw error;
  }
}
