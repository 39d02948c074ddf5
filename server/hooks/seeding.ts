import type { Entry, OperationLimits } from '../../shared/documents/type.ts';
import { Refusal } from '../../shared/refusals.ts';
import { roomOfKey, tenantOfKey } from '../access/keys.ts';
import { Turns } from '../access/turns.ts';
import type { Kinds, KnownKind } from '../kinds/kinds.ts';
import type { LoadedRoom, Log } from '../logs/log.ts';
import type { RoomHooks } from './hooks.ts';

/** How many rooms of a tenant may be asked for at once. */
const atOnce = 16;

export interface SeedingOptions {
  log: Log;
  kinds: Kinds;
  /** Milliseconds since the epoch. */
  now(): number;
  hook: NonNullable<RoomHooks['loadDocument']>;
  max_document_bytes: number;
  /** Bounds of one entry. */
  operationLimits: OperationLimits;
  /** Told of a room that holds now what the application has of it. */
  onSeeded(key: string, loaded: LoadedRoom): Promise<void>;
  /** Told what the hook has thrown. */
  onFailed(error: unknown): void;
}

/** Loads a room from its log; a room that was never written begins with what the application has of it. */
export function createSeeding(options: SeedingOptions): (key: string) => Promise<LoadedRoom> {
  const { log, kinds, now, hook, onSeeded, onFailed } = options;
  const turns = new Turns(atOnce);

  async function ask(key: string, { seed, limits }: KnownKind): Promise<Entry[]> {
    const [room_id, org_id] = [roomOfKey(key), tenantOfKey(key)];
    const { operationLimits, max_document_bytes } = options;
    const max_operation_bytes = limits?.maxOperationBytes ?? operationLimits.max_operation_bytes;
    try {
      const content: unknown = await turns.take(org_id, () => hook({ room_id, org_id }));
      if (content === undefined || content === null || content === '') return [];
      const seeding = {
        client_id: 'application',
        user_id: '',
        now: now(),
        limits: { ...operationLimits, max_operation_bytes },
        max_document_bytes: limits?.maxDocumentBytes ?? max_document_bytes,
      };
      return seed?.(typeof content === 'string' ? content.toWellFormed() : content, seeding) ?? [];
    } catch (error) {
      onFailed(error);
      throw new Refusal('unavailable', `${room_id} can not be had from the application`, { retry_after_ms: 1_000 });
    }
  }

  return async (key) => {
    const loaded = await log.load(key);
    const kind = kinds.of(roomOfKey(key));
    if (loaded.epoch !== '' || loaded.revision > 0 || !kind.seed) return loaded;
    // What was deleted does not come back because the application still has it.
    if (await log.wasDeleted(key)) return loaded;
    const entries = await ask(key, kind);
    if (entries.length === 0) return loaded;
    // Where another was first, on whichever instance, this one is not committed.
    const { committed } = await log.append(key, { epoch: '', after: 0, entries });
    const seeded = await log.load(key);
    if (committed && seeded.revision === entries.length) await onSeeded(key, seeded);
    return seeded;
  };
}
