import type { z } from 'zod';
import { Refusal } from '../../shared/refusals.ts';

/** A refusal as it is; anything else is a bug, of which nothing leaks. */
export function asRefusal(error: unknown, logBug: () => void): Refusal {
  if (error instanceof Refusal) return error;
  logBug();
  return new Refusal('internal', 'something went wrong in the server');
}

/** Reads what came. Refuses `bad_request`, and names the field. */
export function parse<Value>(schema: z.ZodType<Value>, payload: unknown): Value {
  const parsed = schema.safeParse(payload);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Refusal('bad_request', `${issue?.path.join('.') || 'payload'}: ${issue?.message}`);
}
