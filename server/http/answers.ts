import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { z } from 'zod';
import { malformed } from '../../shared/json.ts';
import { Refusal, type RefusalMessage } from '../../shared/refusals.ts';
import { parseRoomId, type RoomId } from '../../shared/rooms.ts';
import { userKeyOf } from '../access/identity.ts';
import { Bodies, type Place, small } from './bodies.ts';
import type { HttpEnv } from './tokens.ts';

/** A refusal as HTTP answers it: its code less 4000 is the status. `more`: what else the body has. */
export function answerRefusal(context: Context, error: RefusalMessage, more: Record<string, unknown> = {}): Response {
  const { code, error_code, retry_after_ms } = error;
  if (retry_after_ms !== undefined) context.header('Retry-After', String(Math.ceil(retry_after_ms / 1000)));
  if (error_code === 'unauthorized') context.header('WWW-Authenticate', 'Bearer');
  return context.json({ ok: false, error, ...more }, (code - 4000) as ContentfulStatusCode);
}

/**
 * The room that a path names: Hono has decoded it, whether it was encoded for an address or is percent-encoded as the id
 * has it. Refuses `bad_request`.
 */
export function roomIdOf(decoded: string): RoomId {
  return parseRoomId(decoded.replace(/[^\w.~%:-]/gu, encodeURIComponent));
}

/** A value from the query; an empty one counts as not there. */
export function queryOf(context: Context, name: string): string | undefined {
  return context.req.query(name) || undefined;
}

/** A whole number from the query. Refuses `bad_request`. */
export function numberOf(context: Context, name: string, bounds: { least: number; most: number; otherwise: number }) {
  const raw = queryOf(context, name);
  if (raw === undefined) return bounds.otherwise;
  const number = Number(raw);
  if (Number.isInteger(number) && number >= bounds.least && number <= bounds.most) return number;
  throw new Refusal('bad_request', `${name}: expected a whole number from ${bounds.least} to ${bounds.most}`);
}

/** Those of all servers of this process. */
const bodies = new Bodies();
/** Bytes that a body may have where its route does not say otherwise. */
const mostBytes = 16 * 1024;

/** The body of a request, JSON as the schema has it. Refuses `bad_request` and `too_large`. */
export async function bodyOf<Schema extends z.ZodType>(
  context: Context<HttpEnv>,
  schema: Schema,
): Promise<z.output<Schema>> {
  const parsed = schema.safeParse(await jsonOf(context));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Refusal('bad_request', `${issue?.path.join('.') || 'body'}: ${issue?.message}`);
}

/** The body of a request as JSON, never more than so many bytes of it. Refuses `bad_request` and `too_large`. */
export async function jsonOf(context: Context<HttpEnv>, most = mostBytes): Promise<unknown> {
  const bytes = await bytesOf(context, most);
  try {
    return JSON.parse(bytes.toString());
  } catch {
    throw malformed('the body', 'JSON');
  }
}

/**
 * The one place where a body is read: after it is known who sends it, and never more than so many bytes of it, whatever
 * its head says. Refuses `bad_request` and `too_large`.
 */
export async function bytesOf(context: Context<HttpEnv>, most: number): Promise<Buffer> {
  const { incoming } = context.env;
  // A body that is lost is no empty one.
  if (incoming.readableDidRead)
    throw new Refusal('bad_request', 'the body: somebody has read it before; parse bodies behind this handler');
  const announced = Number(incoming.headers['content-length'] ?? Number.NaN);
  if (announced > most) throw tooLarge(most);
  let body: Buffer = Buffer.allocUnsafe(Math.min(small, announced || most));
  let bytes = 0;
  let place: Place | undefined;
  // The answer goes out on the same socket: it must not end with the reading.
  const chunks: AsyncIterator<Buffer> = incoming.iterator({ destroyOnReturn: false });
  try {
    while (true) {
      const { value: chunk, done } = await next(chunks, place?.signal);
      if (done) return body.subarray(0, bytes);
      if (bytes + chunk.length > most) throw tooLarge(most);
      if (bytes + chunk.length > body.length) {
        place = await bodies.take(userKeyOf(context.get('identity')), announced || most);
        // What is not written to takes no memory.
        body = grown(body, announced || most);
      }
      chunk.copy(body, bytes);
      bytes += chunk.length;
      await place?.came(chunk.length);
    }
  } catch (error) {
    throw error instanceof Refusal ? error : malformed('the body', 'a whole one');
  } finally {
    place?.end();
    void chunks.return?.();
  }
}

/** What comes next, unless that is not waited for any longer. */
async function next(chunks: AsyncIterator<Buffer>, signal: AbortSignal | undefined): Promise<IteratorResult<Buffer>> {
  if (!signal) return chunks.next();
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
  });
  signal.addEventListener('abort', abort);
  try {
    return await Promise.race([chunks.next(), aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function grown(body: Buffer, bytes: number): Buffer {
  const larger = Buffer.allocUnsafe(bytes);
  body.copy(larger);
  return larger;
}

function tooLarge(most: number): Refusal {
  return new Refusal('too_large', `the body: the limit is ${most} bytes`);
}
