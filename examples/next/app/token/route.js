import { randomUUID } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { secret } from '../../secret.js';

export const dynamic = 'force-dynamic';

/** Who one is: here a new guest each time, elsewhere the user of the session. */
export function GET() {
  const user = { sub: `guest-${randomUUID()}`, name: 'Guest', rooms: { '*': 'editor' } };
  return new Response(jwt.sign(user, secret, { expiresIn: '1h' }));
}
