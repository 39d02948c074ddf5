import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import jwt from 'jsonwebtoken';
import jwks, { type JwksClient } from 'jwks-rsa';
import { Refusal } from '../../shared/refusals.ts';
import { type Config, ConfigError } from '../config.ts';

/** What a token may be signed with. */
export interface Key {
  /** Fixed by the key and never by the token, or an RSA key would pass as an HMAC secret. */
  algorithm: jwt.Algorithm;
  key: KeyObject;
}

/** The keys that a token may be signed with. Refuses `unauthorized` and, where none can be fetched, `unavailable`. */
export type FindKeys = (token: string) => Key[] | Promise<Key[]>;

/** How long a published key is trusted before it is asked for again, and how long that may take, in milliseconds. */
const published = { cacheMaxAge: 600_000, timeout: 3_000 };

/** Those of the configuration, and those that JWKS_URL publishes. */
export function createKeys({ jwtSecret, jwtPublicKey, jwksUrl }: Config): FindKeys {
  // As objects: of a text, jsonwebtoken would find out first that it is no public key, which takes 750 µs in place of 17.
  const own = (jwtSecret ?? []).map(
    (secret): Key => ({ algorithm: 'HS256', key: createSecretKey(Buffer.from(secret)) }),
  );
  if (jwtPublicKey !== undefined) own.push(readPublicKey(jwtPublicKey));
  if (jwksUrl === undefined) return () => own;
  // Tokens with key ids that nobody has published make it ask at most ten times a minute.
  const client = jwks({ jwksUri: jwksUrl, rateLimit: true, jwksRequestsPerMinute: 10, ...published });
  return async (token) => {
    const header = jwt.decode(token, { complete: true })?.header;
    if (header?.alg !== 'RS256' && header?.alg !== 'ES256') return own;
    return [...own, await fetchKey(client, header.kid)];
  };
}

async function fetchKey(client: JwksClient, kid: string | undefined): Promise<Key> {
  try {
    const signingKey = await client.getSigningKey(kid);
    return publicKeyOf(signingKey.getPublicKey(), 'JWKS_URL');
  } catch (error) {
    if (error instanceof jwks.SigningKeyNotFoundError) throw new Refusal('unauthorized', 'token: no such key (kid)');
    throw new Refusal('unavailable', 'the keys that tokens are signed with can not be had', { retry_after_ms: 5_000 });
  }
}

function readPublicKey(pemOrPath: string): Key {
  const pem = existsSync(pemOrPath) ? readFileSync(pemOrPath, 'utf8') : pemOrPath.replaceAll('\\n', '\n');
  return publicKeyOf(pem, 'JWT_PUBLIC_KEY');
}

function publicKeyOf(pem: string, variable: string): Key {
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch {
    throw new ConfigError(`${variable}: neither a public key in PEM nor the path of a file with one`);
  }
  if (key.asymmetricKeyType === 'rsa') return { algorithm: 'RS256', key };
  if (key.asymmetricKeyType === 'ec') return { algorithm: 'ES256', key };
  throw new ConfigError(`${variable}: a key of type ${key.asymmetricKeyType}; expected RSA or EC P-256`);
}
