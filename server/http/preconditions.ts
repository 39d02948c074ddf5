import type { Context } from 'hono';
import { malformed } from '../../shared/json.ts';
import type { Stand } from '../rooms/stand.ts';
import type { HttpEnv } from './tokens.ts';

/** How a room has to stand for a request to be done: so, anyhow but written, or anyhow. */
export type Precondition = Stand | 'written' | undefined;

/** Names where a room stands, for `If-Match`. */
export function tagOf({ epoch, revision }: Stand): string {
  return `"${epoch}-${revision}"`;
}

/** Reads `If-Match` and `If-None-Match`. Refuses `bad_request` what has neither form. */
export function preconditionOf(context: Context<HttpEnv>): Precondition {
  const match = context.req.header('if-match')?.trim();
  const none = context.req.header('if-none-match')?.trim();
  if (none !== undefined) {
    if (none !== '*' || match !== undefined) throw malformed('If-None-Match', '* alone, and no If-Match beside it');
    return { epoch: '', revision: 0 };
  }
  if (match === undefined) return undefined;
  if (match === '*') return 'written';
  const [, epoch, revision] = /^"([\w-]{0,64})-(\d{1,15})"$/.exec(match) ?? [];
  if (epoch !== undefined && revision !== undefined) return { epoch, revision: Number(revision) };
  throw malformed('If-Match', '"<epoch>-<revision>", as an ETag has it, or *');
}

/** The key by which a repeat is known, if there is one. Refuses `bad_request`. */
export function keyOf(context: Context<HttpEnv>): string | undefined {
  const key = context.req.header('idempotency-key')?.trim();
  if (key === undefined || /^[\x21-\x7e]{1,128}$/.test(key)) return key;
  throw malformed('Idempotency-Key', '1 to 128 visible characters of ASCII');
}
