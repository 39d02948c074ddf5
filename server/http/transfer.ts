import { Hono } from 'hono';
import { malformed } from '../../shared/json.ts';
import { messageOf, Refusal, type RefusalMessage } from '../../shared/refusals.ts';
import { parseRoomId, type RoomId } from '../../shared/rooms.ts';
import { exported } from '../editing/exporting.ts';
import type { Existing, Imported } from '../editing/importing.ts';
import { asRefusal } from '../events/refusing.ts';
import { answerRefusal, bytesOf, queryOf } from './answers.ts';
import type { HttpServices } from './services.ts';
import { streamed } from './streamed.ts';
import type { HttpEnv, Tokens } from './tokens.ts';

/** How many rooms of a request are imported at once. */
const atOnce = 16;
/** How many lines a request may have. */
const most = 1_000;

type Result = ({ ok: true } & Imported) | { ok: false; room_id?: string; error: RefusalMessage };

/** All rooms of a tenant as lines of JSON, out and in. */
export function transferRoutes(services: HttpServices, tokens: Tokens): Hono<HttpEnv> {
  const { log, kinds, importLine, config, audit, metrics, logger } = services;
  const routes = new Hono<HttpEnv>();
  const maxBytes = 6 * config.maxDocumentBytes + 1024 * 1024;

  routes.get('/export', tokens.withScope('admin'), (context) => {
    const after = queryOf(context, 'after');
    const onUnreadable = (room_id: RoomId, error: Error) =>
      logger.warn({ err: error, room_id }, 'a room can not be read');
    const lines = exported(
      { log, kinds, onUnreadable },
      context.get('identity').org_id,
      after === undefined ? undefined : parseRoomId(after),
    );
    return streamed(context, lines, (error) => logger.error({ err: error }, 'an export has broken off'));
  });

  routes.post('/import', tokens.withScope('admin'), async (context) => {
    const { org_id, user_id } = context.get('identity');
    const existing = existingOf(queryOf(context, 'existing'));
    const lines = linesOf((await bytesOf(context, maxBytes)).toString());
    const results: Result[] = [];
    const rooms = [...byRoom(lines).values()];
    const take = async () => {
      for (let room = rooms.shift(); room; room = rooms.shift()) {
        let refused: RefusalMessage | undefined;
        for (const { index, line } of room) {
          // What comes behind a part that is missing has no place.
          const result = refused && isContinued(line) ? refusedAs(line, refused) : await importOne(line);
          refused = result.ok ? undefined : result.error;
          results[index] = result;
        }
      }
    };
    const importOne = async (line: unknown): Promise<Result> => {
      try {
        return { ok: true, ...(await importLine({ org_id, user_id }, line, existing)) };
      } catch (error) {
        const refusal = asRefusal(error, () => logger.error({ err: error }, 'a room was not imported'));
        metrics.refused(refusal.error_code);
        return refusedAs(line, messageOf(refusal, Date.now()));
      }
    };
    await Promise.all(Array.from({ length: atOnce }, take));
    const refused = results.flatMap((result) => (result.ok ? [] : [result.error]));
    audit('imported', { ...tokens.by(context), lines: results.length, refused: refused.length });
    const first = refused.find(({ retry_after_ms }) => retry_after_ms !== undefined) ?? refused[0];
    return first ? answerRefusal(context, first, { results }) : context.json({ ok: true, results });
  });

  return routes;
}

function existingOf(raw = 'skip'): Existing {
  if (raw === 'skip' || raw === 'replace') return raw;
  throw malformed('existing', 'skip or replace');
}

function linesOf(body: string): unknown[] {
  const lines = body.split('\n').filter((line) => line.trim() !== '');
  if (lines.length > most) throw new Refusal('too_large', `${lines.length} lines: the limit is ${most}`);
  return lines.map((line, index) => {
    try {
      return JSON.parse(line);
    } catch {
      throw malformed(`line ${index + 1}`, 'JSON');
    }
  });
}

function roomOf(line: unknown): string | undefined {
  const room_id = typeof line === 'object' && line !== null && 'room_id' in line ? line.room_id : undefined;
  return typeof room_id === 'string' ? room_id : undefined;
}

/** Whether it is a part of a feed that comes behind another. */
function isContinued(line: unknown): boolean {
  return typeof line === 'object' && line !== null && 'after' in line;
}

function refusedAs(line: unknown, error: RefusalMessage): Result {
  const room_id = roomOf(line);
  return { ok: false, ...(room_id !== undefined && { room_id }), error };
}

/** Lines with their places, those of one room in their order. */
function byRoom(lines: unknown[]): Map<unknown, { index: number; line: unknown }[]> {
  const rooms = new Map<unknown, { index: number; line: unknown }[]>();
  for (const [index, line] of lines.entries()) {
    const room = roomOf(line) ?? index;
    const before = rooms.get(room);
    if (before) before.push({ index, line });
    else rooms.set(room, [{ index, line }]);
  }
  return rooms;
}
