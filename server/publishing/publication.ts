import { z } from 'zod';
import { textOf } from '../../shared/strings.ts';

const user = textOf({ least: 1, most: 128 });

/** How many users one message may be for. */
export const mostUsers = 1_000;

/** To whom something goes: exactly one of these. */
const addresses = {
  room_id: z.string().optional(),
  user_id: user.optional(),
  user_ids: z.array(user).min(1).max(mostUsers).optional(),
  connection_id: z
    .string()
    .regex(/^[\w-]{1,64}$/, 'expected the id of a connection')
    .optional(),
  all: z.literal(true).optional(),
};
const names = Object.keys(addresses) as (keyof typeof addresses)[];

/** What a service publishes, as it comes over HTTP or from the application. */
export const publication = z
  .object({
    ...addresses,
    type: z.string(),
    data: z.unknown().optional(),
    id: textOf({ least: 1, most: 128 }).optional(),
  })
  .refine((given) => names.filter((name) => given[name] !== undefined).length === 1, {
    error: `expected exactly one of ${names.join(', ')}`,
  });

/** A room, a user, several users, one connection, or everyone who is connected. */
export type Address =
  | { room_id: string }
  | { user_id: string }
  | { user_ids: string[] }
  | { connection_id: string }
  | { all: true };

export type Publication = Address & {
  /** `<noun>.<verb>`, such as `task.created`. */
  type: string;
  /** JSON. */
  data?: unknown;
  /** Makes a repeat within a day harmless. */
  id?: string;
};
