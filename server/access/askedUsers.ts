import { createHash } from 'node:crypto';
import { z } from 'zod';
import { monotonic } from '../../shared/monotonic.ts';
import { Refusal } from '../../shared/refusals.ts';
import type { Config } from '../config.ts';
import { idOf, nameForm, optional, roomsForm, userIdForm } from './claims.ts';
import { hasNoKey } from './demo.ts';
import { fetchJson, NotOk } from './fetchJson.ts';
import type { Identity } from './identity.ts';
import { isCompact } from './jws.ts';
import { nameOf } from './names.ts';
import { createHeaders } from './signature.ts';
import { Turns } from './turns.ts';

/** How long the answer may take, and how long it holds, in milliseconds. */
const patience = 3_000;
const validFor = 10_000;
/** How many answers are kept; the oldest go first. */
const mostKept = 10_000;
/** How many tokens of one address may be asked about at once: many may share a proxy. */
const atOnce = 16;
/** What says that a token is nobody's. */
const refusing = [401, 403];

const answerForm = z.object({
  user: z
    .object({
      user_id: userIdForm,
      name: optional(nameForm, ''),
      org_id: optional(idOf({ most: 128 }), ''),
      rooms: optional(roomsForm, {}),
      scopes: optional(z.array(z.string()), []),
      /** Milliseconds since the epoch. */
      expires_at: optional(z.number().min(0).max(Number.MAX_SAFE_INTEGER)),
    })
    .nullish(),
});

/** Whose tokens are that mean nothing to this server. */
export interface AskedUsers {
  /** Whether a token is to be asked about: it is none that a configured key could have signed. */
  knows(token: string): boolean;
  /** Refuses `unauthorized` where the token is nobody's, and `unavailable` where there is no answer. */
  ask(token: string, address: string): Promise<Identity>;
}

/** Asks AUTHENTICATE_URL, where there is one. Nobody comes in where it does not answer. */
export function createAskedUsers(config: Config, onFailure: (error: unknown) => void): AskedUsers | undefined {
  const { authenticateUrl: url } = config;
  if (url === undefined) return undefined;
  const headersOf = createHeaders(config.webhookSecret);
  const hasKeys = !hasNoKey(config);
  const turns = new Turns(atOnce);
  /** By the token's hash; the longest known first. */
  const known = new Map<string, { identity: Promise<Identity | undefined>; until: number }>();

  async function fetchUser(token: string): Promise<Identity | undefined> {
    const body = JSON.stringify({ token });
    const init = { method: 'POST', headers: headersOf(body), body, redirect: 'error' } as const;
    try {
      const { user } = answerForm.parse(await fetchJson(url ?? '', patience, init));
      if (!user) return undefined;
      const { name, expires_at = null, ...rest } = user;
      return { ...rest, name: nameOf(user.user_id, name), expires_at };
    } catch (error) {
      if (error instanceof NotOk && refusing.includes(error.status)) return undefined;
      onFailure(error);
      throw new Refusal('unavailable', 'whose token this is can not be had', { retry_after_ms: 1_000 });
    }
  }

  function askOnce(token: string, address: string): Promise<Identity | undefined> {
    const key = createHash('sha256').update(token).digest('base64');
    const before = known.get(key);
    if (before && before.until > monotonic()) return before.identity;
    known.delete(key);
    const asked = { identity: turns.take(address, () => fetchUser(token)), until: monotonic() + validFor };
    known.set(key, asked);
    // What failed is asked for again at once.
    asked.identity.catch(() => known.get(key) === asked && known.delete(key));
    const oldest = known.keys().next();
    if (known.size > mostKept && !oldest.done) known.delete(oldest.value);
    return asked.identity;
  }

  return {
    knows: (token) => !hasKeys || !isCompact(token),
    async ask(token, address) {
      const identity = await askOnce(token, address);
      if (!identity) throw new Refusal('unauthorized', 'token: AUTHENTICATE_URL does not know it');
      const { expires_at } = identity;
      if (expires_at !== null && Date.now() >= expires_at) throw new Refusal('unauthorized', 'token: it has expired');
      return identity;
    },
  };
}
