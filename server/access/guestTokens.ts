import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { z } from 'zod';
import { Refusal } from '../../shared/refusals.ts';
import { parseRoomId, type RoomId } from '../../shared/rooms.ts';
import type { Config } from '../config.ts';
import type { Identity } from './identity.ts';
import { shownName } from './names.ts';

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
  readonly #keys: KeyObject[];

  constructor({ jwtSecret = [] }: Pick<Config, 'jwtSecret'>) {
    this.#keys = jwtSecret.map((secret) =>
      createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', 'tutti guest token', 32))),
    );
  }

  /** Whether there is a secret to sign with. */
  get canSign(): boolean {
    return this.#keys.length > 0;
  }

  sign({ user_id, name, org_id, room_id, invitation }: NewGuest): string {
    const [key] = this.#keys;
    if (!key) throw new Refusal('not_found', 'no guests here: there is no JWT_SECRET to sign their tokens with');
    const header = { alg: 'HS256', typ };
    return jwt.sign({ sub: user_id, name, org_id, room: room_id, invitation }, key, { header, expiresIn: validFor });
  }

  /** Who a guest's token is for; undefined where the token does not say that it is one. Refuses `unauthorized`. */
  read(token: string): Identity | undefined {
    if (typOf(token) !== typ) return undefined;
    let reason = 'there is no JWT_SECRET';
    for (const key of this.#keys) {
      try {
        const { sub, name, org_id, room, invitation, iat, exp } = claims.parse(
          jwt.verify(token, key, { algorithms: ['HS256'] }),
        );
        const guest = { room_id: parseRoomId(room), invitation };
        const times = { expires_at: exp * 1000, issued_at: iat * 1000 };
        return { user_id: sub, name: shownName(name) || sub, org_id, rooms: {}, scopes: [], ...times, guest };
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        reason = error.message;
        if (reason.startsWith('jwt ')) break;
      }
    }
    throw new Refusal('unauthorized', `token: ${reason}`);
  }
}

function typOf(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token.slice(0, token.indexOf('.')), 'base64url').toString()).typ;
  } catch {
    return undefined;
  }
}
