import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { type Config, ConfigError } from '../config.ts';
import type { Jws, Key } from './jws.ts';
import { keyOf, PublishedKeys } from './publishedKeys.ts';

/** The keys that a token may be signed with. Refuses `unauthorized` and, where none can be fetched, `unavailable`. */
export type FindKeys = (token: Pick<Jws, 'alg' | 'kid'>) => Key[] | Promise<Key[]>;

/** Those of the configuration, and those that JWKS_URL publishes. */
export function createKeys(
  { jwtSecret, jwtPublicKey, jwksUrl }: Config,
  onFailure: (error: unknown) => void,
): FindKeys {
  const own = (jwtSecret ?? []).map(
    (secret): Key => ({ algorithms: ['HS256'], key: createSecretKey(Buffer.from(secret)) }),
  );
  if (jwtPublicKey !== undefined) own.push(readPublicKey(jwtPublicKey));
  if (jwksUrl === undefined) return () => own;
  const published = new PublishedKeys(jwksUrl, onFailure);
  return async ({ alg, kid }) => {
    if (alg === 'HS256') return own;
    try {
      return [...own, ...(await published.find(kid))];
    } catch (error) {
      // A key of one's own needs no set, and its id is perhaps in none.
      if (own.some(({ algorithms }) => algorithms.includes(alg))) return own;
      throw error;
    }
  };
}

function readPublicKey(pemOrPath: string): Key {
  const pem = existsSync(pemOrPath) ? readFileSync(pemOrPath, 'utf8') : pemOrPath.replaceAll('\\n', '\n');
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch {
    throw new ConfigError('JWT_PUBLIC_KEY: neither a public key in PEM nor the path of a file with one');
  }
  const found = keyOf(key);
  if (found) return found;
  throw new ConfigError(
    `JWT_PUBLIC_KEY: a key of type ${key.asymmetricKeyType}; expected RSA of 2048 bits or more, EC P-256, or Ed25519`,
  );
}
