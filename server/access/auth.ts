import type { IncomingHttpHeaders } from 'node:http';
import { Refusal } from '../../shared/refusals.ts';
import type { Config } from '../config.ts';
import { claimsForm, knownForm, type ReadClaims } from './claims.ts';
import type { GuestTokens } from './guestTokens.ts';
import { type Identity, userKeyOf } from './identity.ts';
import { readJws, verifiedPayload } from './jws.ts';
import { shownName } from './names.ts';
import { createKeys } from './tokenKeys.ts';
import { Turns } from './turns.ts';

/** What a verified token says, claims of one's own included; `sub` as a string, `scope` and `aud` as lists. */
export type Claims = ReadClaims & Record<string, unknown>;

/**
 * An application's own say on who someone is. A Refusal that it throws is what the client is told; whatever else it throws
 * is logged, and refuses the handshake as `unauthorized`.
 */
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
  /** Guests are this server's own: no hook is asked about them. */
  guests: GuestTokens;
  hook: AuthenticateHook | undefined;
  /** Told why the keys of JWKS_URL can not be had. */
  onError(error: unknown): void;
  /** Told what the hook has thrown. */
  onHookFailed(error: unknown): void;
}

export function createAuthenticate({ config, guests, hook, onError, onHookFailed }: AuthenticateOptions): Authenticate {
  const findKeys = createKeys(config, onError);
  const turns = new Turns();

  async function askHook(ask: AuthenticateHook, claims: Claims) {
    try {
      return knownForm.parse((await ask(claims)) ?? {});
    } catch (error) {
      if (error instanceof Refusal) throw error;
      onHookFailed(error);
      throw new Refusal('unauthorized', 'refused by the application');
    }
  }

  return async (token) => {
    if (!token) throw new Refusal('unauthorized', 'no token');
    if (token.length > longestToken) {
      throw new Refusal('unauthorized', `token: ${token.length} characters, the limit is ${longestToken}`);
    }
    const guest = guests.read(token);
    if (guest) return guest;
    const jws = readJws(token);
    const payload = verifiedPayload(jws, await findKeys(jws));
    const claims = readClaims(payload);
    checkValidity(claims, config);
    const user = userKeyOf({ org_id: claims.org_id, user_id: claims.sub });
    const known = hook && (await turns.take(user, () => askHook(hook, { ...payload, ...claims })));
    const names = [known?.name, claims.name, claims.username, claims.sub];
    return {
      user_id: claims.sub,
      name: names.map((name) => shownName(name ?? '')).find((name) => name !== '') ?? claims.sub,
      org_id: claims.org_id,
      rooms: known?.rooms ?? claims.rooms,
      scopes: claims.scope,
      expires_at: claims.exp === undefined ? null : claims.exp * 1000,
      token_id: claims.jti,
      issued_at: claims.iat === undefined ? undefined : claims.iat * 1000,
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

function readClaims(payload: Record<string, unknown>): ReadClaims {
  const parsed = claimsForm.safeParse(payload);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Refusal('unauthorized', `token: claim ${issue?.path.join('.')}: ${issue?.message}`);
}

/** Whether a token is for this server, and for now. Other clocks may be a little ahead or behind. Refuses `unauthorized`. */
function checkValidity({ exp, nbf, iss, aud }: ReadClaims, config: Config): void {
  const now = Date.now() / 1000;
  const tolerance = config.jwtClockToleranceMs / 1000;
  if (exp !== undefined && now >= exp + tolerance) throw new Refusal('unauthorized', 'token: it has expired');
  if (nbf !== undefined && now < nbf - tolerance) throw new Refusal('unauthorized', 'token: it is not valid yet (nbf)');
  if (config.jwtIssuer !== undefined && iss !== config.jwtIssuer) {
    throw new Refusal('unauthorized', 'token: it is from another issuer (iss) than JWT_ISSUER');
  }
  if (config.jwtAudience !== undefined && !aud?.includes(config.jwtAudience)) {
    throw new Refusal('unauthorized', 'token: it is for another audience (aud) than JWT_AUDIENCE');
  }
}
