import { z } from 'zod';
import { roles } from '../../shared/rooms.ts';
import { textOf } from '../../shared/strings.ts';

/** An id that a user or a tenant can have: it becomes part of keys, URLs and the names of rooms. */
const idOf = (bounds: { least?: number; most: number }) =>
  z.union([
    textOf(bounds)
      .refine((id) => id.isWellFormed(), 'has half a surrogate pair')
      .refine((id) => id !== '__proto__', 'is no id'),
    z.int().transform(String),
  ]);

export const userIdForm = idOf({ least: 1, most: 128 });
const nameForm = textOf({ most: 128 });
const roomsForm = z.record(z.string(), z.enum(roles));
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

/** What an application may say instead of the token. */
export const knownForm = z.object({ name: optional(nameForm), rooms: optional(roomsForm) });

export type ReadClaims = z.output<typeof claimsForm>;

function optional<Schema extends z.ZodType>(schema: Schema): z.ZodType<z.output<Schema> | undefined, unknown>;
function optional<Schema extends z.ZodType>(schema: Schema, fallback: z.output<Schema>): z.ZodType<z.output<Schema>>;
function optional<Schema extends z.ZodType>(schema: Schema, fallback?: z.output<Schema>) {
  return schema.nullish().transform((value) => value ?? fallback);
}
