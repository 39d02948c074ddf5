import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { z } from 'zod';
import { Refusal, refusalCodes } from '../../shared/refusals.ts';

/** A refusal as HTTP answers it: its code less 4000 is the status. */
export function answerRefusal(context: Context, refusal: Refusal): Response {
  const { retry_after_ms } = refusal.details;
  if (retry_after_ms !== undefined) context.header('Retry-After', String(Math.ceil(retry_after_ms / 1000)));
  if (refusal.error_code === 'unauthorized') context.header('WWW-Authenticate', 'Bearer');
  const status = (refusalCodes[refusal.error_code] - 4000) as ContentfulStatusCode;
  return context.json({ ok: false, error: refusal.toMessage(Date.now()) }, status);
}

/** A whole number from the query. Refuses `bad_request`. */
export function numberOf(context: Context, name: string, bounds: { least: number; most: number; otherwise: number }) {
  const raw = context.req.query(name);
  if (raw === undefined) return bounds.otherwise;
  const number = Number(raw);
  if (Number.isInteger(number) && number >= bounds.least && number <= bounds.most) return number;
  throw new Refusal('bad_request', `${name}: expected a whole number from ${bounds.least} to ${bounds.most}`);
}

/** The body of a request, JSON as the schema has it. Refuses `bad_request`. */
export async function bodyOf<Schema extends z.ZodType>(context: Context, schema: Schema): Promise<z.output<Schema>> {
  const body: unknown = await context.req.json().catch(() => undefined);
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Refusal('bad_request', `${issue?.path.join('.') || 'body'}: ${issue?.message}`);
}
