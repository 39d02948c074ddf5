import { Refusal } from '../../shared/refusals.ts';
import type { RoomId } from '../../shared/rooms.ts';
import { roomKey, roomOfKey, tenantPrefix } from '../access/keys.ts';
import type { Kinds } from '../kinds/kinds.ts';
import type { Log } from '../logs/log.ts';
import { pagesOf } from '../rooms/pages.ts';
import { byKind, isOfRoom, type Readable, readable } from '../rooms/readable.ts';

/** How many rooms are listed at once. */
const pageSize = 100;

export interface ExportOptions {
  log: Log;
  kinds: Kinds;
  /** Told why a room can not be read. */
  onUnreadable(room_id: RoomId, error: Error): void;
}

/** All rooms of a tenant, line by line in the order of their ids; the last line says that it is whole. */
export async function* exported(
  { log, kinds, onUnreadable }: ExportOptions,
  org_id: string,
  after?: RoomId,
): AsyncGenerator<object, void, undefined> {
  const prefix = tenantPrefix(org_id);
  const counts = { rooms: 0, unreadable: 0 };
  for (let last = after === undefined ? '' : roomKey(org_id, after); ; ) {
    const page = await log.list({ prefix, after: last, limit: pageSize });
    for (const { room: key } of page) {
      const room_id = roomOfKey(key);
      try {
        const read = await readable(log, kinds, key);
        if (read instanceof Error) throw read;
        if (read.loaded.revision === 0) continue;
        yield* linesOf(log, key, room_id, read);
        counts.rooms += 1;
      } catch (error) {
        if (!(error instanceof Refusal) && !isOfRoom(error)) throw error;
        onUnreadable(room_id, error);
        counts.unreadable += 1;
        yield { room_id, type: 'unreadable', message: error.message };
      }
    }
    if (page.length < pageSize) break;
    last = page.at(-1)?.room ?? last;
  }
  yield { type: 'end', ...counts };
}

async function* linesOf(
  log: Log,
  key: string,
  room_id: RoomId,
  { loaded, kind, document: { content, timestamp } }: Readable,
): AsyncGenerator<object> {
  const { transfer, type } = kind;
  const { epoch, revision } = loaded;
  if (!transfer) {
    yield { room_id, type: type.name, timestamp, content: byKind(kind, () => type.save(content)) };
    return;
  }
  const pages = pagesOf(log, key, { epoch, after: 0, to: revision });
  const lines = transfer.lines({ content, timestamp, pages })[Symbol.asyncIterator]();
  for (;;) {
    const { value, done } = await byKind(kind, () => lines.next());
    if (done) return;
    yield { room_id, type: type.name, ...value };
  }
}
