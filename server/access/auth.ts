import type { IncomingHttpHeaders } from 'node:http';
import jwt from 'jsonwebtoken';
import { z } from 'zod';
import { Refusal } from '../../shared/refusals.ts';
import { roles } from '../../shared/rooms.ts';
import { textOf } from '../../shared/strings.ts';
import type { Config } from '../config.ts';
import { type Identity, userKeyOf } from './identity.ts';
import type { Key } from './publishedKeys.ts';
import { createKeys } from './tokenKeys.ts';
import { Turns } from './turns.ts';

const tokenClaims = z.compile(
  z.object({
    sub: z.union([textOf({ least: 1, most: 128 }), z.int().transform(String)]),
    name: textOf({ most: 128 }).optional(),
    username: textOf({ most: 128 }).optional(),
    org_id: z.union([textOf({ most: 128 }), z.int().transform(String)]).default(''),
    rooms: z.record(z.string(), z.enum(roles)).default({}),
    scope: z.string().default(''),
    exp: z.number().optional(),
  }),
);

/** What a verified token says, claims of one's own included; `sub` as a string. */
export type Claims = z.output<typeof tokenClaims> & Record<string, unknown>;

/** An application's own say on who someone is. Throw to refuse the handshake (as `unauthorized`). */
export type AuthenticateHook = (
  claims: Claims,
) =>
  | Promise<Partial<Pick<Identity, 'name' | 'rooms'>> | undefined>
  | Partial<Pick<Identity, 'name' | 'rooms'>>
  | undefined;

/** Turns a token, and the address that it came from, into who sent it. Refuses `unauthorized`. */
export type Authenticate = (token: string | undefined, address: string) => Promise<Identity>;

/** Characters that a token may have: this bounds its claims too. */
const longestToken = 16_384;

export interface AuthenticateOptions {
  config: Config;
  hook: AuthenticateHook | undefined;
  /** Told why the keys of JWKS_URL can not be had. */
  onError(error: unknown): void;
}

export function createAuthenticate({ config, hook, onError }: AuthenticateOptions): Authenticate {
  const findKeys = createKeys(config, onError);
  const turns = new Turns();
  const options: jwt.VerifyOptions = {
    ...(config.jwtIssuer !== undefined && { issuer: config.jwtIssuer }),
    ...(config.jwtAudience !== undefined && { audience: config.jwtAudience }),
  };
  return async (token) => {
    if (!token) throw new Refusal('unauthorized', 'no token');
    if (token.length > longestToken) {
      throw new Refusal('unauthorized', `token: ${token.length} characters, the limit is ${longestToken}`);
    }
    const verified = verifyWithAny(await findKeys(token), token, options);
    const parsed = tokenClaims.safeParse(verified);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw new Refusal('unauthorized', `token: claim ${issue?.path.join('.')}: ${issue?.message}`);
    }
    const claims: Claims = { ...verified, ...parsed.data };
    const user = userKeyOf({ org_id: claims.org_id, user_id: claims.sub });
    const known = hook && (await turns.take(user, () => askHook(hook, claims)));
    return {
      user_id: claims.sub,
      name: known?.name ?? claims.name ?? claims.username ?? claims.sub,
      org_id: claims.org_id,
      rooms: known?.rooms ?? claims.rooms,
      scopes: claims.scope.split(' '),
      expires_at: claims.exp === undefined ? null : claims.exp * 1000,
      token_id: verified.jti,
      issued_at: verified.iat === undefined ? undefined : verified.iat * 1000,
    };
  };
}

/** The token of a handshake: `auth.token`, `Authorization`, `?token=`, or a `token.<jwt>` among the subprotocols. */
export function tokenOfHandshake(handshake: {
  auth: { token?: unknown };
  headers: IncomingHttpHeaders;
  query: Record<string, unknown>;
}): string | undefined {
  const protocols = handshake.headers['sec-websocket-protocol']?.split(',') ?? [];
  const offered = protocols.map((protocol) => protocol.trim()).find((protocol) => protocol.startsWith('token.'));
  const places = [handshake.auth.token, handshake.headers.authorization, handshake.query.token, offered?.slice(6)];
  for (const place of places) {
    const token = typeof place === 'string' ? place.replace(/^Bearer +/i, '').trim() : '';
    if (token && token !== 'Bearer') return token;
  }
  return undefined;
}

/** The token's payload, by the first key that signed it. Refuses with the reason that tells most. */
function verifyWithAny(keys: Key[], token: string, options: jwt.VerifyOptions): jwt.JwtPayload {
  let reason = 'no key is configured';
  for (const { key, algorithm } of keys) {
    try {
      const payload = jwt.verify(token, key, { ...options, algorithms: [algorithm] });
      if (typeof payload !== 'string') return payload;
      reason = 'its payload is not an object';
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      reason = error.message;
      // Malformed, expired, for someone else: no other key would change that.
      if (reason.startsWith('jwt ')) break;
    }
  }
  throw new Refusal('unauthorized', `token: ${reason}`);
}

async function askHook(hook: AuthenticateHook, claims: Claims) {
  try {
    return await hook(claims);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal('unauthorized', error instanceof Error ? error.message : 'refused by the application');
  }
}
