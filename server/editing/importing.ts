import { text } from '../../shared/documents/text.ts';
import type { Entry, OperationLimits } from '../../shared/documents/type.ts';
import { malformed, sizeOf } from '../../shared/json.ts';
import { Refusal } from '../../shared/refusals.ts';
import { parseRoomId, type RoomId } from '../../shared/rooms.ts';
import { roomKey, roomOfKey } from '../access/keys.ts';
import { parse } from '../events/refusing.ts';
import type { Perform } from '../instances/commands.ts';
import type { Seeding } from '../kinds/kind.ts';
import type { Kinds, KnownKind } from '../kinds/kinds.ts';
import type { Consume } from '../limits/limits.ts';
import type { Log } from '../logs/log.ts';
import type { Observer } from '../rooms/observer.ts';
import type { Rooms } from '../rooms/rooms.ts';
import { line as lineForm } from './lines.ts';
import type { Writing } from './writing.ts';

/** What is done with a room that is there already. */
export type Existing = 'skip' | 'replace';

/** What became of a line. */
export type Imported = { room_id: RoomId; outcome: 'imported' | 'replaced' | 'exists' };

export interface ImportOptions {
  log: Log;
  /** The time that entries are stamped with. */
  now: () => number;
  rooms: Rooms;
  /** Told of what is imported, as it is of what is written. */
  observer: Pick<Observer, 'changed'>;
  kinds: Kinds;
  writing: Writing;
  perform: Perform;
  consume: Consume;
  limits: OperationLimits;
  max_document_bytes: number;
}

/** How much of a log is appended at once. */
const most = { entries: 1_000, bytes: 512 * 1024 };

/** Imports a line: a room, or a part of a feed, which comes behind the part before. Refuses what is none. */
export type Import = (
  sender: { org_id: string; user_id: string },
  line: unknown,
  existing: Existing,
) => Promise<Imported>;

export function createImport(options: ImportOptions): Import {
  const { log, now, rooms, observer, kinds, writing, perform, consume, limits, max_document_bytes } = options;

  return async ({ org_id, user_id }, raw, existing) => {
    const line = parse(lineForm, raw);
    const room_id = parseRoomId(line.room_id);
    const kind = kinds.of(room_id);
    const { name } = kind.type;
    if (name !== line.type) throw malformed('type', `${name}, which is what ${room_id} holds`);
    const { timestamp } = line;
    const entries = entriesOf(kind, line, {
      ...{ client_id: 'service:', user_id, now: now(), timestamp },
      limits: { ...limits, max_operation_bytes: kind.limits?.maxOperationBytes ?? limits.max_operation_bytes },
      max_document_bytes: kind.limits?.maxDocumentBytes ?? max_document_bytes,
    });
    await consume('bytes of a tenant', org_id, sizeOf(entries));
    const key = roomKey(org_id, room_id);
    const after = kind.transfer?.follows?.(line);
    if (after) return { room_id, outcome: await goOn(org_id, room_id, after, entries) };
    if (await begin(key, entries)) return { room_id, outcome: 'imported' };
    if (existing === 'skip') return { room_id, outcome: 'exists' };
    if (name === text.name) await writing.replace({ org_id, user_id, role: 'service' }, room_id, String(line.content));
    else await replace(key, room_id, entries);
    return { room_id, outcome: 'replaced' };
  };

  /** Whether nothing was there: of several who begin a room, one does. */
  async function begin(key: string, entries: Entry[]): Promise<boolean> {
    const content = kinds.of(roomOfKey(key)).type.create();
    return (await appendAll(key, { epoch: '', revision: 0, content }, entries)) > 0;
  }

  /** Who is in the room is sent away, as what they know of it is no more. */
  async function replace(key: string, room_id: RoomId, entries: Entry[]): Promise<void> {
    await log.delete(key);
    await perform({ type: 'close', room: key });
    if (!(await begin(key, entries))) throw new Refusal('conflict', `somebody else has begun ${room_id} anew`);
  }

  /** Appends where the room stands just behind the part before; where it is further, it has this one. */
  async function goOn(
    org_id: string,
    room_id: RoomId,
    after: { revision: number; timestamp: number },
    entries: Entry[],
  ): Promise<Imported['outcome']> {
    const room = await rooms.open(org_id, room_id);
    await room.reach({ revision: after.revision });
    const { epoch, revision, timestamp } = room.reading.held();
    const { content } = room.document;
    if (revision < after.revision)
      throw new Refusal(
        'conflict',
        `${room_id} has ${revision} entries: the part up to ${after.revision} comes before`,
      );
    if (revision > after.revision || timestamp !== after.timestamp) return 'exists';
    return (await appendAll(room.key, { epoch, revision, content }, entries)) > 0 ? 'imported' : 'exists';
  }

  /** In parts, each told when it is durable. Resolves with how many entries were appended: none where the log does not stand there. */
  async function appendAll(
    key: string,
    head: { epoch: string; revision: number; content: unknown },
    entries: Entry[],
  ): Promise<number> {
    const type = kinds.of(roomOfKey(key)).type;
    let { epoch, revision, content } = head;
    for (const part of partsOf(entries)) {
      const appended = await log.append(key, { epoch, after: revision, entries: part });
      if (!appended.committed) return revision - head.revision;
      epoch = appended.epoch;
      for (const [index, entry] of part.entries()) content = type.apply(content, entry, revision + index + 1);
      observer.changed(key, { type, content }, { epoch, revision, entries: part }, true);
      revision += part.length;
    }
    return revision - head.revision;
  }
}

function entriesOf(
  { name, transfer, seed }: KnownKind,
  line: object & { content?: unknown },
  seeding: Seeding,
): Entry[] {
  const entries = transfer ? transfer.entries(line, seeding) : seed?.(line.content, seeding);
  if (entries) return entries;
  throw new Refusal('bad_request', `room_id: rooms of kind ${name} are not imported`);
}

function* partsOf(entries: Entry[]): Generator<Entry[]> {
  let part: Entry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    part.push(entry);
    bytes += sizeOf(entry);
    if (part.length < most.entries && bytes < most.bytes) continue;
    yield part;
    [part, bytes] = [[], 0];
  }
  if (part.length > 0) yield part;
}
