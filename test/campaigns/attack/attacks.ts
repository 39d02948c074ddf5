import type { Attack } from './attack.ts';
import { commandAttacks } from './commands.ts';
import { documents } from './documents.ts';
import { events } from './events.ts';
import { handshakes } from './handshakes.ts';
import { http } from './http.ts';
import { kindAttacks } from './kinds.ts';
import { packets } from './packets.ts';
import { rooms } from './rooms.ts';
import { routeAttacks } from './routes.ts';
import { webhooks } from './webhooks.ts';

/** Each attack that there is, under a name of its own. */
export const attacks: readonly Attack[] = [
  ...documents,
  ...rooms,
  ...commandAttacks,
  ...handshakes,
  ...packets,
  ...http,
  ...routeAttacks,
  ...webhooks,
  ...events,
  ...kindAttacks,
];
