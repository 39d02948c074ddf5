import { typeOf } from '../../shared/documents/index.ts';
import { text } from '../../shared/documents/text.ts';
import type { Entry } from '../../shared/documents/type.ts';
import { Refusal } from '../../shared/refusals.ts';
import { roomOfKey, tenantOfKey } from '../access/keys.ts';
import { Turns } from '../access/turns.ts';
import type { LoadedRoom, Log } from '../logs/log.ts';
import type { RoomHooks } from './hooks.ts';

/** How many rooms of a tenant may be asked for at once. */
const atOnce = 16;

export interface SeedingOptions {
  log: Log;
  /** Milliseconds since the epoch. */
  now(): number;
  hook: NonNullable<RoomHooks['loadDocument']>;
  max_document_bytes: number;
  /** Bytes that one entry inserts. */
  max_operation_bytes: number;
  /** Told of a room that holds now what the application has of it. */
  onSeeded(key: string, loaded: LoadedRoom): Promise<void>;
  /** Told what the hook has thrown. */
  onFailed(error: unknown): void;
}

/** Loads a room from its log; a song that was never written begins with what the application has of it. */
export function createSeeding(options: SeedingOptions): (key: string) => Promise<LoadedRoom> {
  const { log, now, hook, onSeeded, onFailed } = options;
  const turns = new Turns(atOnce);

  async function ask(key: string): Promise<string> {
    const [room_id, org_id] = [roomOfKey(key), tenantOfKey(key)];
    try {
      const content: unknown = await turns.take(org_id, () => hook({ room_id, org_id }));
      return checked(content, options.max_document_bytes);
    } catch (error) {
      onFailed(error);
      throw new Refusal('unavailable', `${room_id} can not be had from the application`, { retry_after_ms: 1_000 });
    }
  }

  return async (key) => {
    const loaded = await log.load(key);
    if (loaded.epoch !== '' || loaded.revision > 0 || typeOf(roomOfKey(key)) !== text) return loaded;
    // What was deleted does not come back because the application still has it.
    if (await log.wasDeleted(key)) return loaded;
    const entries = entriesOf(await ask(key), options.max_operation_bytes, now());
    if (entries.length === 0) return loaded;
    // Where another was first, on whichever instance, this one is not committed.
    const { committed } = await log.append(key, { epoch: '', after: 0, entries });
    const seeded = await log.load(key);
    if (committed && seeded.revision === entries.length) await onSeeded(key, seeded);
    return seeded;
  };
}

/** Throws an Error what is no text, or too long for a document. */
function checked(content: unknown, most: number): string {
  if (content === undefined || content === null) return '';
  if (typeof content !== 'string') throw new Error(`loadDocument: expected a string, not ${typeof content}`);
  const bytes = Buffer.byteLength(content);
  if (bytes > most) throw new Error(`loadDocument: ${bytes} bytes, the limit is ${most}`);
  return content.toWellFormed();
}

/** The entries that make a text of an empty document, none longer than an operation may be. */
function entriesOf(content: string, most: number, timestamp: number): Entry[] {
  // A code point has four bytes at most.
  const size = Math.max(1, Math.floor(most / 4));
  const points = content.length <= size ? [content] : [...content];
  const entries: Entry[] = [];
  for (let at = 0; at < points.length && content !== ''; at += size) {
    const part = points.slice(at, at + size).join('');
    entries.push({ operation: at > 0 ? [at, part] : [part], client_id: 'application', user_id: '', timestamp });
  }
  return entries;
}
