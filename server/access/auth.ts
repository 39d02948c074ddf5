import type { IncomingHttpHeaders } from 'node:http';
import { Refusal } from '../../shared/refusals.ts';
import type { Config } from '../config.ts';
import { createAskedUsers } from './askedUsers.ts';
import { type Authenticated, claimsForm, knownForm, type ReadClaims } from './claims.ts';
import { hasNoKey } from './demo.ts';
import type { GuestTokens } from './guestTokens.ts';
import { type Identity, userKeyOf } from './identity.ts';
import { isCompact, readJws, verifiedPayload } from './jws.ts';
import { nameOf } from './names.ts';
import { createKeys } from './tokenKeys.ts';
import { Turns } from './turns.ts';

/** What a verified token says, claims of one's own included; `sub` as a string, `scope` and `aud` as lists. */
export type Claims = ReadClaims & Record<string, unknown>;

/** How somebody asks to come in. */
export interface AuthenticateRequest {
  /** Of whatever form; undefined where none came. */
  token: string | undefined;
  /**
   * Those of the HTTP request, under names in lower case: `cookie` too. There are none where a connection that is open sends its
   * next token.
   */
  headers: IncomingHttpHeaders;
  /** The IP address that it came from. */
  address: string;
}

/**
 * An application's own say on who someone is. `claims` are those of a token that a configured key has signed. Where there is no
 * such key, no token, or one of another form, there are none, `sub` is `""`, and the answer has to have a `user_id`. A Refusal
 * that it throws is what the client is told; whatever else it throws is logged, and refuses who asks as `unauthorized`.
 */
export type AuthenticateHook = (
  claims: Claims,
  request: AuthenticateRequest,
) => Promise<Authenticated | undefined> | Authenticated | undefined;

/** Turns how somebody asks to come in into who that is. Refuses `unauthorized`. */
export type Authenticate = (request: AuthenticateRequest) => Promise<Identity>;

/** How many strangers of one address the hook may be asked about at once: they may share a proxy. */
const strangersAtOnce = 16;
/** Of whom no token speaks. */
const noClaims = { sub: '', org_id: '', rooms: {}, scope: [] as string[] } as Claims;
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
  /** Told why AUTHENTICATE_URL does not say who somebody is. */
  onUrlFailed(error: unknown): void;
}

export function createAuthenticate(options: AuthenticateOptions): Authenticate {
  const { config, guests, hook, onError, onHookFailed, onUrlFailed } = options;
  const findKeys = createKeys(config, onError);
  const asked = createAskedUsers(config, onUrlFailed);
  const turns = new Turns();
  const strangers = new Turns(strangersAtOnce);
  const hasKeys = !hasNoKey(config);

  async function askHook(ask: AuthenticateHook, claims: Claims, request: AuthenticateRequest) {
    try {
      return knownForm.parse((await ask(claims, request)) ?? {});
    } catch (error) {
      if (error instanceof Refusal) throw error;
      onHookFailed(error);
      throw new Refusal('unauthorized', 'refused by the application');
    }
  }

  /** Whom no key of this server speaks for. */
  async function identityOfStranger(ask: AuthenticateHook, request: AuthenticateRequest): Promise<Identity> {
    const known = await strangers.take(request.address, () => askHook(ask, noClaims, request));
    const { user_id, org_id = '', name, rooms = {}, scopes = [], expires_at = null, issued_at } = known;
    if (user_id === undefined) throw new Refusal('unauthorized', 'the application does not know who this is');
    if (expires_at !== null && Date.now() >= expires_at) throw new Refusal('unauthorized', 'it has expired');
    return { user_id, name: nameOf(user_id, name), org_id, rooms, scopes, expires_at, issued_at };
  }

  return async (request) => {
    const { token } = request;
    if (token !== undefined && token.length > longestToken) {
      throw new Refusal('unauthorized', `token: ${token.length} characters, the limit is ${longestToken}`);
    }
    const guest = token && guests.read(token);
    if (guest) return guest;
    if (hook && (!token || !hasKeys || !isCompact(token))) return identityOfStranger(hook, request);
    if (!token) throw new Refusal('unauthorized', 'no token');
    if (asked?.knows(token)) return asked.ask(token, request.address);
    const jws = readJws(token);
    const payload = verifiedPayload(jws, await findKeys(jws));
    const claims = readClaims(payload);
    checkValidity(claims, config);
    const user = userKeyOf({ org_id: claims.org_id, user_id: claims.sub });
    const known = hook && (await turns.take(user, () => askHook(hook, { ...payload, ...claims }, request)));
    const user_id = known?.user_id ?? claims.sub;
    const expires_at = claims.exp === undefined ? null : claims.exp * 1000;
    return {
      user_id,
      name: nameOf(user_id, known?.name, claims.name, claims.username),
      org_id: known?.org_id ?? claims.org_id,
      rooms: known?.rooms ?? claims.rooms,
      scopes: known?.scopes ?? claims.scope,
      expires_at: known?.expires_at ?? expires_at,
      token_id: claims.jti,
      issued_at: known?.issued_at ?? (claims.iat === undefined ? undefined : claims.iat * 1000),
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
