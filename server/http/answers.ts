import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { z } from 'zod';
import { malformed } from '../../shared/json.ts';
import { Refusal, type RefusalMessage } from '../../shared/refusals.ts';
import { parseRoomId, type RoomId } from '../../shared/rooms.ts';
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
  const chunks: Buffer[] = [];
  let bytes = Number(incoming.headers['content-length'] ?? 0);
  if (bytes > most) throw tooLarge(most);
  bytes = 0;
  try {
    // The answer goes out on the same socket: it must not end with the reading.
    for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
      bytes += chunk.length;
      if (bytes > most) throw tooLarge(most);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } catch (error) {
    throw error instanceof Refusal ? error : malformed('the body', 'a whole one');
  }
}

function tooLarge(most: number): Refusal {
  return new Refusal('too_large', `the body: the limit is ${most} bytes`);
}
