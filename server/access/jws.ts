import { constants, createHmac, type KeyObject, timingSafeEqual, verify } from 'node:crypto';
import { Refusal } from '../../shared/refusals.ts';

/** What a token may be signed with; fixed by the key and never by the token, or an RSA key would pass as an HMAC secret. */
export interface Key {
  algorithms: readonly Algorithm[];
  key: KeyObject;
}

type Verify = (key: KeyObject, signed: Buffer, signature: Buffer) => boolean;

const verifiers = {
  HS256: (key, signed, signature) => {
    const expected = createHmac('sha256', key).update(signed).digest();
    return expected.length === signature.length && timingSafeEqual(expected, signature);
  },
  RS256: (key, signed, signature) => verify('sha256', signed, key, signature),
  PS256: (key, signed, signature) => {
    const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_DIGEST: saltLength } = constants;
    return verify('sha256', signed, { key, padding, saltLength }, signature);
  },
  ES256: (key, signed, signature) => verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, signature),
  EdDSA: (key, signed, signature) => verify(null, signed, key, signature),
} satisfies Record<string, Verify>;

export type Algorithm = keyof typeof verifiers;
export const algorithms = Object.keys(verifiers) as Algorithm[];

/** What `typ` may say, besides nothing: a token that was made for something else lets nobody in. */
const ownTypes = ['jwt', 'at+jwt'];

/** A token that is well-formed, and of a kind that this server can verify. */
export interface Jws {
  alg: Algorithm;
  kid: string | undefined;
  signed: Buffer;
  signature: Buffer;
  payload: Buffer;
}

/** What the head of a token says that it is; undefined where it says nothing, or is none. */
export function typeOfToken(token: string): unknown {
  try {
    return objectOf(Buffer.from(token.slice(0, token.indexOf('.')), 'base64url'), 'header').typ;
  } catch {
    return undefined;
  }
}

/** Whether a token has the form of a signed one, whatever is in it: three parts. */
export function isCompact(token: string): boolean {
  return token.split('.', 4).length === 3;
}

/** Takes a token apart that is of one of these types, or of none. Refuses `unauthorized`. */
export function readJws(token: string, types: readonly string[] = ownTypes): Jws {
  const [header, payload, signature] = partsOf(token);
  const { alg, kid, typ, crit } = objectOf(header, 'header');
  if (typeof alg !== 'string' || !Object.hasOwn(verifiers, alg)) {
    throw refused(`alg ${shown(alg)} is not supported; ${algorithms.join(', ')} are`);
  }
  // There is no extension of a header that this server knows (RFC 7515, 4.1.11).
  if (crit !== undefined) throw refused(`crit ${shown(crit)} is not understood`);
  if (!isAmong(types, typ)) throw refused(`typ ${shown(typ)}: it is for something else`);
  if (kid !== undefined && typeof kid !== 'string') throw refused('kid is no text');
  const signed = Buffer.from(token.slice(0, token.lastIndexOf('.')));
  return { alg: alg as Algorithm, kid, signed, signature, payload };
}

/** The payload, by the first key that signed it. Refuses `unauthorized`. */
export function verifiedPayload(
  { alg, signed, signature, payload }: Jws,
  keys: readonly Key[],
): Record<string, unknown> {
  const candidates = keys.filter(({ algorithms }) => algorithms.includes(alg));
  if (candidates.length === 0) throw refused(`no key for ${alg} is configured`);
  if (!candidates.some(({ key }) => verifiers[alg](key, signed, signature))) throw refused('invalid signature');
  return objectOf(payload, 'payload');
}

function partsOf(token: string): [Buffer, Buffer, Buffer] {
  const parts = token.split('.', 4);
  const [header, payload, signature] = parts.map((part) => Buffer.from(part, 'base64url'));
  // What base64url skips, or leaves over, would make one token of many.
  const isCanonical = [header, payload, signature].every((bytes, at) => bytes?.toString('base64url') === parts[at]);
  if (parts.length === 3 && header && payload && signature && isCanonical) return [header, payload, signature];
  throw refused('malformed: expected three parts in base64url');
}

function objectOf(bytes: Buffer, what: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // The same as what is no object.
  }
  throw refused(`its ${what} is no JSON object`);
}

function isAmong(types: readonly string[], typ: unknown): boolean {
  if (typ === undefined) return true;
  return typeof typ === 'string' && types.includes(typ.toLowerCase().replace(/^application\//, ''));
}

function shown(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 40) ?? 'of none';
}

function refused(reason: string): Refusal {
  return new Refusal('unauthorized', `token: ${reason}`);
}
