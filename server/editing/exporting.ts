import type { Feed } from '../../shared/documents/feed.ts';
import { typeOf } from '../../shared/documents/index.ts';
import { Refusal } from '../../shared/refusals.ts';
import type { RoomId } from '../../shared/rooms.ts';
import { roomKey, roomOfKey, tenantPrefix } from '../access/keys.ts';
import { Document } from '../documents/document.ts';
import type { LoadedRoom, Log } from '../logs/log.ts';
import { Damaged } from '../logs/proof.ts';
import { pagesOf } from '../rooms/erasing.ts';

/** How many rooms are listed at once. */
const pageSize = 100;

/** All rooms of a tenant, line by line in the order of their ids; the last line says that it is whole. */
export async function* exported(log: Log, org_id: string, after?: RoomId): AsyncGenerator<object, void, undefined> {
  const prefix = tenantPrefix(org_id);
  const counts = { rooms: 0, unreadable: 0 };
  for (let last = after === undefined ? '' : roomKey(org_id, after); ; ) {
    const page = await log.list({ prefix, after: last, limit: pageSize });
    for (const { room: key } of page) {
      const room_id = roomOfKey(key);
      const loaded = await readable(log, key);
      if (loaded instanceof Error) {
        counts.unreadable += 1;
        yield { room_id, type: 'unreadable', message: loaded.message };
      } else if (loaded.revision > 0) {
        counts.rooms += 1;
        yield* linesOf(log, key, room_id, loaded);
      }
    }
    if (page.length < pageSize) break;
    last = page.at(-1)?.room ?? last;
  }
  yield { type: 'end', ...counts };
}

/** A room that is damaged, or not whole, keeps no other from being exported. */
async function readable(log: Log, key: string): Promise<LoadedRoom | Error> {
  try {
    return await log.load(key);
  } catch (error) {
    if (error instanceof Damaged || error instanceof Refusal) return error;
    throw error;
  }
}

async function* linesOf(log: Log, key: string, room_id: RoomId, loaded: LoadedRoom): AsyncGenerator<object> {
  const { type, content, timestamp } = new Document(room_id, loaded);
  if (typeOf(room_id).name === 'feed') yield* feedLines(log, key, room_id, loaded, content as Feed);
  else yield { room_id, type: type.name, timestamp, content: type.save(content) };
}

/** A feed is its log: who has said what, and when, and what became of it. */
async function* feedLines(
  log: Log,
  key: string,
  room_id: RoomId,
  { epoch, revision }: LoadedRoom,
  content: Feed,
): AsyncGenerator<object> {
  let timestamp = 0;
  for await (const { after, entries } of pagesOf(log, key, { epoch, after: 0, to: revision })) {
    const isFirst = timestamp === 0;
    const place = isFirst ? after > 0 && { base: baseOf(content, after) } : { after: { revision: after, timestamp } };
    yield { room_id, type: 'feed', ...place, entries };
    timestamp = entries.at(-1)?.timestamp ?? timestamp;
  }
}

/** What a feed has from before a revision, where its log has that no longer. */
function baseOf({ entries, read }: Feed, revision: number) {
  return { revision, entries: entries.filter(({ message_id }) => Number(message_id) <= revision), read };
}
