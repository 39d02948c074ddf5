import { z } from 'zod';
import { type Role, roles } from '../../shared/rooms.ts';
import { textOf } from '../../shared/strings.ts';

/** A key of objects, and what no URL can name: there it is a step up. */
const noIds = ['__proto__', '.', '..'];

/** An id that a user or a tenant can have: it becomes part of keys, URLs and the names of rooms. */
export const idOf = (bounds: { least?: number; most: number }) =>
  z.union([
    textOf(bounds)
      .refine((id) => id.isWellFormed(), 'has half a surrogate pair')
      .refine((id) => !noIds.includes(id), 'is no id'),
    z.int().transform(String),
  ]);

export const userIdForm = idOf({ least: 1, most: 128 });
export const nameForm = textOf({ most: 128 });
/** Some languages write an empty object as an empty list. */
export const roomsForm = z.preprocess(
  (raw) => (Array.isArray(raw) && raw.length === 0 ? {} : raw),
  z.record(z.string(), z.enum(roles)),
);
const words = z.string().transform((text) => text.split(/\s+/));
/** Seconds since the epoch, as tokens count; fractions too. */
const seconds = z
  .number()
  .min(0)
  .max(Number.MAX_SAFE_INTEGER / 1000);

/** The form of each claim that means something here. One that is null is as good as absent. */
export const claimsForm = z.compile(
  z.object({
    sub: userIdForm,
    name: optional(nameForm),
    username: optional(nameForm),
    org_id: optional(idOf({ most: 128 }), ''),
    rooms: optional(roomsForm, {}),
    scope: optional(z.union([words, z.array(z.string())]), []),
    exp: optional(seconds),
    nbf: optional(seconds),
    iat: optional(seconds),
    iss: optional(z.string()),
    aud: optional(z.union([z.string().transform((one) => [one]), z.array(z.string())])),
    jti: optional(z.string()),
  }),
);

/** Milliseconds since the epoch. */
const time = z.number().min(0).max(Number.MAX_SAFE_INTEGER);

/** What an application may say of someone, each in place of what a token says. */
export const knownForm = z.object({
  user_id: optional(userIdForm),
  org_id: optional(idOf({ most: 128 })),
  name: optional(nameForm),
  rooms: optional(roomsForm),
  scopes: optional(z.array(z.string())),
  expires_at: optional(time),
  issued_at: optional(time),
});

/** Who someone is, as an application says. */
export interface Authenticated {
  /** Needed where no token says it. */
  user_id?: string | undefined;
  /** The tenant. */
  org_id?: string | undefined;
  name?: string | undefined;
  /** Roles by room pattern, as in the claim `rooms`. */
  rooms?: Record<string, Role> | undefined;
  /** What the HTTP API may be asked, as in the claim `scope`: `admin`, `publish`. */
  scopes?: string[] | undefined;
  /** In milliseconds since the epoch: the connection ends soon after, unless it sends another token. Missing: what the token says. */
  expires_at?: number | undefined;
  /** In milliseconds since the epoch: what was issued before the user's tokens were revoked counts for nothing. */
  issued_at?: number | undefined;
}

export type ReadClaims = z.output<typeof claimsForm>;

export function optional<Schema extends z.ZodType>(schema: Schema): z.ZodType<z.output<Schema> | undefined, unknown>;
export function optional<Schema extends z.ZodType>(
  schema: Schema,
  fallback: z.output<Schema>,
): z.ZodType<z.output<Schema>>;
export function optional<Schema extends z.ZodType>(schema: Schema, fallback?: z.output<Schema>) {
  return schema.nullish().transform((value) => value ?? fallback);
}
