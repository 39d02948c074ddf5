import { createSecretKey, hkdfSync } from 'node:crypto';
import { z } from 'zod';
import { Refusal } from '../../shared/refusals.ts';
import { parseRoomId, type RoomId } from '../../shared/rooms.ts';
import type { Config } from '../config.ts';
import type { Identity } from './identity.ts';
import { type Key, readJws, typeOfToken, verifiedPayload } from './jws.ts';
import { nameOf } from './names.ts';
import { sign } from './signing.ts';

/** What the head of a guest's token says that it is. */
const typ = 'guest+jwt';
/** How long one is valid, in seconds: the page asks for the next one in time. */
const validFor = 3_600;

const claims = z.object({
  sub: z.string(),
  name: z.string(),
  org_id: z.string(),
  room: z.string(),
  invitation: z.string(),
  iat: z.number(),
  exp: z.number(),
});

/** Who comes by an invitation. */
export interface NewGuest {
  user_id: string;
  name: string;
  org_id: string;
  room_id: RoomId;
  invitation: string;
}

/**
 * Tokens that this server gives its guests. Their key is derived from JWT_SECRET, so that the application takes none of
 * them for its own, nor the server one of the application's for a guest's.
 */
export class GuestTokens {
  /** The first one signs; the others are those before it. */
  readonly #keys: Key[];

  constructor({ jwtSecret = [] }: Pick<Config, 'jwtSecret'>) {
    this.#keys = jwtSecret.map((secret) => ({
      algorithms: ['HS256'],
      key: createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', 'tutti guest token', 32))),
    }));
  }

  /** Whether there is a secret to sign with. */
  get canSign(): boolean {
    return this.#keys.length > 0;
  }

  sign({ user_id, name, org_id, room_id, invitation }: NewGuest): string {
    const [signing] = this.#keys;
    if (!signing) throw new Refusal('not_found', 'no guests here: there is no JWT_SECRET to sign their tokens with');
    const content = { sub: user_id, name, org_id, room: room_id, invitation };
    return sign(content, signing.key, { header: { alg: 'HS256', typ }, expiresIn: validFor });
  }

  /** Who a guest's token is for; undefined where the token does not say that it is one. Refuses `unauthorized`. */
  read(token: string): Identity | undefined {
    if (typeOfToken(token) !== typ) return undefined;
    if (!this.canSign) throw refused('there is no JWT_SECRET');
    const said = claims.safeParse(verifiedPayload(readJws(token, [typ]), this.#keys));
    if (!said.success) throw refused('it is no guest’s');
    const { sub, name, org_id, room, invitation, iat, exp } = said.data;
    if (Date.now() >= exp * 1000) throw refused('it has expired');
    const guest = { room_id: parseRoomId(room), invitation };
    const times = { expires_at: exp * 1000, issued_at: iat * 1000 };
    return { user_id: sub, name: nameOf(sub, name), org_id, rooms: {}, scopes: [], ...times, guest };
  }
}

function refused(reason: string): Refusal {
  return new Refusal('unauthorized', `token: ${reason}`);
}
