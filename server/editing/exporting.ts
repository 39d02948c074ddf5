import type { RoomId } from '../../shared/rooms.ts';
import { roomKey, roomOfKey, tenantPrefix } from '../access/keys.ts';
import { Document } from '../documents/document.ts';
import type { Kinds } from '../kinds/kinds.ts';
import type { Log } from '../logs/log.ts';
import { pagesOf } from '../rooms/erasing.ts';
import { type Readable, readable } from '../rooms/readable.ts';

/** How many rooms are listed at once. */
const pageSize = 100;

/** All rooms of a tenant, line by line in the order of their ids; the last line says that it is whole. */
export async function* exported(
  log: Log,
  kinds: Kinds,
  org_id: string,
  after?: RoomId,
): AsyncGenerator<object, void, undefined> {
  const prefix = tenantPrefix(org_id);
  const counts = { rooms: 0, unreadable: 0 };
  for (let last = after === undefined ? '' : roomKey(org_id, after); ; ) {
    const page = await log.list({ prefix, after: last, limit: pageSize });
    for (const { room: key } of page) {
      const room_id = roomOfKey(key);
      const read = await readable(log, kinds, key);
      if (read instanceof Error) {
        counts.unreadable += 1;
        yield { room_id, type: 'unreadable', message: read.message };
      } else if (read.loaded.revision > 0) {
        counts.rooms += 1;
        yield* linesOf(log, key, room_id, read);
      }
    }
    if (page.length < pageSize) break;
    last = page.at(-1)?.room ?? last;
  }
  yield { type: 'end', ...counts };
}

async function* linesOf(log: Log, key: string, room_id: RoomId, { loaded, kind }: Readable): AsyncGenerator<object> {
  const { transfer, type } = kind;
  const { content, timestamp } = new Document(type, loaded);
  const { epoch, revision } = loaded;
  if (!transfer) {
    yield { room_id, type: type.name, timestamp, content: type.save(content) };
    return;
  }
  const pages = pagesOf(log, key, { epoch, after: 0, to: revision });
  for await (const line of transfer.lines({ content, timestamp, pages })) yield { room_id, type: type.name, ...line };
}
