import { createPublicKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { Refusal } from '../../shared/refusals.ts';
import { fetchJson } from './fetchJson.ts';
import type { Algorithm, Key } from './jws.ts';

/** How long a set is trusted, and from when on it is asked for again meanwhile, in milliseconds. */
const trusted = { for: 600_000, renewedAfter: 300_000 };
/** How long an answer may take, in milliseconds. */
const patience = 3_000;
/** How long after one look for a key that is not in the set, or after a failure, the next one is, in milliseconds. */
const pause = 10_000;
/** Bits that an RSA key has at least: a shorter one can be broken. */
const leastBits = 2048;
/** How many keys a set may have. */
const mostKeys = 100;

const setForm = z.object({ keys: z.array(z.record(z.string(), z.unknown())).max(mostKeys) });

/** A set as it was published. */
interface KeySet {
  byId: Map<string, Key[]>;
  all: Key[];
  /** By performance.now(). */
  at: number;
}

/**
 * The keys that JWKS_URL publishes, always as a whole set. One request is under way at most, and one in ten seconds is for
 * a key that nobody has published: those that are known need none, and go on as long as the last set is trusted.
 */
export class PublishedKeys {
  readonly #url: string;
  readonly #onFailure: (error: unknown) => void;
  #set: KeySet | undefined;
  #asking: Promise<void> | undefined;
  /** When a set may be asked for again after a failure, and when for a key that is not in it, by performance.now(). */
  #afterFailure = Number.NEGATIVE_INFINITY;
  #afterUnknown = Number.NEGATIVE_INFINITY;

  constructor(url: string, onFailure: (error: unknown) => void) {
    this.#url = url;
    this.#onFailure = onFailure;
  }

  /** Those with an id; where a token names none, the only one. Refuses `unauthorized` and `unavailable`. */
  find(kid: string | undefined): Key[] | Promise<Key[]> {
    const known = this.#known(kid);
    if (!known) return this.#findAnew(kid);
    const { at } = this.#set as KeySet;
    if (performance.now() - at > trusted.renewedAfter) this.#ask().catch(() => {});
    return known;
  }

  /** Of the set that is trusted now. */
  #known(kid: string | undefined): Key[] | undefined {
    const set = this.#trusted;
    if (kid !== undefined) return set?.byId.get(kid);
    return set?.all.length === 1 ? set.all : undefined;
  }

  async #findAnew(kid: string | undefined): Promise<Key[]> {
    const now = performance.now();
    // Until the set is there that is asked for just now, nobody knows what is in it.
    if (this.#trusted && !this.#asking) {
      if (kid === undefined) throw new Refusal('unauthorized', 'token: no kid, and there are several keys');
      if (now < this.#afterUnknown) throw unavailable(this.#afterUnknown - now);
      this.#afterUnknown = now + pause;
    }
    await this.#ask();
    const known = this.#known(kid);
    if (!known) throw new Refusal('unauthorized', 'token: no such key (kid)');
    return known;
  }

  get #trusted(): KeySet | undefined {
    return this.#set && performance.now() - this.#set.at <= trusted.for ? this.#set : undefined;
  }

  /** Asks for the set, unless that is under way. Refuses `unavailable`. */
  #ask(): Promise<void> {
    this.#asking ??= this.#fetch().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #fetch(): Promise<void> {
    const now = performance.now();
    if (now < this.#afterFailure) throw unavailable(this.#afterFailure - now);
    try {
      const { keys } = setForm.parse(await fetchJson(this.#url, patience));
      this.#set = setOf(keys, now);
    } catch (error) {
      // Where nothing is trusted yet everybody waits for it.
      this.#afterFailure = performance.now() + (this.#trusted ? pause : 1_000);
      this.#onFailure(error);
      throw unavailable(5_000);
    }
  }
}

/** Keys for signatures, as far as tokens may be signed with them. */
function setOf(published: Record<string, unknown>[], at: number): KeySet {
  const set: KeySet = { byId: new Map(), all: [], at };
  for (const jwk of published) {
    const key = jwk.use === undefined || jwk.use === 'sig' ? importKey(jwk) : undefined;
    if (!key || key.algorithms.length === 0) continue;
    set.all.push(key);
    if (typeof jwk.kid === 'string') set.byId.set(jwk.kid, [...(set.byId.get(jwk.kid) ?? []), key]);
  }
  return set;
}

function importKey(jwk: Record<string, unknown>): Key | undefined {
  try {
    const found = keyOf(createPublicKey({ key: jwk, format: 'jwk' }));
    if (!found || jwk.alg === undefined) return found;
    // Who publishes a key may say for which algorithm alone.
    return { ...found, algorithms: found.algorithms.filter((algorithm) => algorithm === jwk.alg) };
  } catch {
    return undefined;
  }
}

/** What a public key verifies; undefined where no token may be signed with it. */
export function keyOf(key: KeyObject): Key | undefined {
  const { namedCurve, modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  const fitting: Record<string, Algorithm[]> = {
    rsa: modulusLength >= leastBits ? ['RS256', 'PS256'] : [],
    'rsa-pss': modulusLength >= leastBits ? ['PS256'] : [],
    ec: namedCurve === 'prime256v1' ? ['ES256'] : [],
    ed25519: ['EdDSA'],
  };
  const algorithms = fitting[key.asymmetricKeyType ?? ''] ?? [];
  return algorithms.length > 0 ? { algorithms, key } : undefined;
}

function unavailable(milliseconds: number): Refusal {
  return new Refusal('unavailable', 'the keys that tokens are signed with can not be had', {
    retry_after_ms: Math.ceil(milliseconds),
  });
}
