import { type Context, Hono } from 'hono';
import { Refusal } from '../../shared/refusals.ts';
import type { RoomId } from '../../shared/rooms.ts';
import { userIdForm } from '../access/claims.ts';
import { userKeyOf } from '../access/identity.ts';
import { roomOfUser } from '../access/inboxes.ts';
import { roomKey, roomOfKey, tenantPrefix } from '../access/keys.ts';
import type { Log } from '../logs/log.ts';
import { eraseUser } from '../rooms/erasing.ts';
import { pagesOf } from '../rooms/pages.ts';
import { byKind, isOfRoom, readable } from '../rooms/readable.ts';
import { numberOf, queryOf } from './answers.ts';
import type { HttpServices } from './services.ts';
import { streamed } from './streamed.ts';
import type { HttpEnv, Tokens } from './tokens.ts';

/** How long one request erases, in milliseconds: what is left then is for the next. */
const patience = 5_000;
/** How many rooms one request looks at, at most. */
const mostRooms = 10_000;
/** How many rooms are listed at once. */
const pageSize = 100;

/** A room of which it is not known what it has of a person, and why. */
interface Unreadable {
  room_id: RoomId;
  message: string;
}

/** What the server has of a person: given out, and erased. docs/OPERATING.md says what that does not reach. */
export function personalRoutes(services: HttpServices, tokens: Tokens): Hono<HttpEnv> {
  const { log, kinds, bans, invitations, perform, audit, logger } = services;
  const routes = new Hono<HttpEnv>();

  /** What goes on behind a room leaves word of why it could not be read. */
  function leftOut(room_id: RoomId, error: Error): Unreadable {
    logger.warn({ err: error, room_id }, 'a room can not be read');
    return { room_id, message: error.message };
  }

  /** The rooms that are a user's own, and nobody else's: its inbox, and those of the application's kinds. */
  function roomsOf(org_id: string, user_id: string): Set<string> {
    const personal = [...kinds].filter((kind) => kind.personal);
    return new Set(personal.map(({ name }) => roomKey(org_id, roomOfUser(name, user_id))));
  }

  routes.delete('/:user_id', tokens.withScope('admin'), async (context) => {
    const { org_id, user_id: by } = context.get('identity');
    const user_id = userOf(context);
    if (user_id === by) throw new Refusal('bad_request', 'user_id: nobody erases oneself');
    const after = queryOf(context, 'after');
    const limit = numberOf(context, 'limit', { least: 1, most: mostRooms, otherwise: mostRooms });
    const until = performance.now() + patience;
    const done = { rooms: 0, entries: 0, more: false };
    if (after === undefined) await eraseBeside(org_id, user_id, by);
    let last: RoomId | undefined;
    let looked = 0;
    const unreadable: Unreadable[] = [];
    for await (const key of roomsAfter(log, org_id, after)) {
      done.more = looked === limit || (looked > 0 && performance.now() > until);
      if (done.more) break;
      last = roomOfKey(key);
      looked += 1;
      const read = await readable(log, kinds, key);
      try {
        if (read instanceof Error) throw read;
        const entries = await eraseUser(log, read.kind, key, user_id);
        if (entries > 0) done.rooms += 1;
        done.entries += entries;
      } catch (error) {
        if (error !== read && !isOfRoom(error)) throw error;
        unreadable.push(leftOut(last, error as Error));
      }
    }
    const { rooms, entries } = done;
    const left = unreadable.length > 0 && { unreadable };
    audit('erased', { ...tokens.by(context), user_id, rooms, entries, ...(left && { unreadable: unreadable.length }) });
    return context.json({ ok: true, user_id, ...done, ...left, ...(done.more && { after: last }) });
  });

  /** What is in no room that others are in. */
  async function eraseBeside(org_id: string, user_id: string, by: string): Promise<void> {
    await perform({ type: 'disconnect', user: userKeyOf({ org_id, user_id }) });
    for (const room of roomsOf(org_id, user_id)) {
      await log.delete(room);
      await perform({ type: 'close', room });
    }
    for (const { room_id, id } of await invitations.erase(org_id, user_id, by))
      await perform({ type: 'uninvite', room: roomKey(org_id, room_id), invitation: id });
    await bans.forgetAuthors(org_id);
  }

  routes.get('/:user_id/export', tokens.withScope('admin'), (context) => {
    const lines = exported(context.get('identity').org_id, userOf(context));
    return streamed(context, lines, (error) => logger.error({ err: error }, 'an export has broken off'));
  });

  /** Line by line; the last one says that it is whole. */
  async function* exported(org_id: string, user_id: string): AsyncGenerator<object, void, undefined> {
    const blocked = (await bans.of(org_id)).blocked;
    const blocked_at = Object.hasOwn(blocked, user_id) ? blocked[user_id] : null;
    yield { type: 'user', user_id, org_id, exported_at: Date.now(), blocked_at };
    for await (const invitation of invitations.by(org_id, user_id)) yield { type: 'invitation', ...invitation };
    const own = roomsOf(org_id, user_id);
    const counts = { rooms: 0, entries: 0 };
    let unreadable = 0;
    for await (const key of roomsAfter(log, org_id)) {
      const room_id = roomOfKey(key);
      const isOwn = own.has(key);
      const read = await partOf(key, user_id, isOwn);
      if (read instanceof Error) {
        unreadable += 1;
        yield { type: 'unreadable', ...leftOut(room_id, read) };
        continue;
      }
      const { epoch, revision, part } = read;
      let found = 0;
      if (part) {
        found += 1;
        yield { type: 'document', room_id, revision, content: part };
      }
      for await (const { after, entries } of pagesOf(log, key, { epoch, after: 0, to: revision })) {
        for (const [index, entry] of entries.entries()) {
          if (!isOwn && entry.user_id !== user_id) continue;
          found += 1;
          counts.entries += 1;
          yield { type: 'entry', room_id, revision: after + index + 1, ...entry };
        }
      }
      if (found > 0) counts.rooms += 1;
    }
    yield { type: 'end', ...counts, ...(unreadable > 0 && { unreadable }) };
  }

  /** Where a room stands, and what its content has of a user: all of it, where the room is the user's own. */
  async function partOf(key: string, user_id: string, isOwn: boolean) {
    const read = await readable(log, kinds, key);
    if (read instanceof Error) return read;
    const { kind, document } = read;
    const { epoch, revision, content } = document;
    try {
      const part = () => (isOwn ? (kind.type.save(content) as object) : kind.erasure?.part(content, user_id));
      return { epoch, revision, part: byKind(kind, part) };
    } catch (error) {
      if (isOfRoom(error)) return error;
      throw error;
    }
  }

  return routes;
}

/** The keys of a tenant's rooms, in their order. */
async function* roomsAfter(log: Log, org_id: string, after?: string): AsyncGenerator<string> {
  const prefix = tenantPrefix(org_id);
  for (let last = after === undefined ? '' : `${prefix}${after}`; ; ) {
    const page = await log.list({ prefix, after: last, limit: pageSize });
    for (const { room } of page) yield room;
    if (page.length < pageSize) return;
    last = page.at(-1)?.room ?? last;
  }
}

function userOf(context: Context<HttpEnv>): string {
  const parsed = userIdForm.safeParse(context.req.param('user_id'));
  if (parsed.success) return parsed.data;
  throw new Refusal('bad_request', 'user_id: nobody can have this one');
}
