import { Refusal } from '../../shared/refusals.ts';
import type { RoomId } from '../../shared/rooms.ts';
import { roomKey, roomOfKey, tenantPrefix } from '../access/keys.ts';
import { Document } from '../documents/document.ts';
import type { Kinds, KnownKind } from '../kinds/kinds.ts';
import type { LoadedRoom, Log } from '../logs/log.ts';
import { Damaged } from '../logs/proof.ts';
import { pagesOf } from '../rooms/erasing.ts';

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
      const read = await readable(log, kinds, key, room_id);
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

interface Read {
  loaded: LoadedRoom;
  kind: KnownKind;
}

/** A room that is damaged, not whole, or of a kind that is not here, keeps no other from being exported. */
async function readable(log: Log, kinds: Kinds, key: string, room_id: RoomId): Promise<Read | Error> {
  try {
    return { loaded: await log.load(key), kind: kinds.of(room_id) };
  } catch (error) {
    if (error instanceof Damaged || error instanceof Refusal) return error;
    throw error;
  }
}

async function* linesOf(log: Log, key: string, room_id: RoomId, { loaded, kind }: Read): AsyncGenerator<object> {
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
