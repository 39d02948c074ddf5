import jwt from 'jsonwebtoken';
import type { Role } from '../../shared/rooms.ts';
import type { Config } from '../config.ts';
import { demoSecret } from './demo.ts';

/** What a token made here may say: see Connecting in docs/PROTOCOL.md. */
export interface TokenContent {
  sub: string;
  name?: string;
  org_id?: string;
  rooms: Record<string, Role>;
  scope?: string;
}

/** Signs whatever a token may say: the one place where tokens are made. jws.ts is the one where they are verified. */
export function sign(content: object, key: jwt.Secret, options: jwt.SignOptions): string {
  return jwt.sign(content, key, { algorithm: 'HS256', ...options });
}

/** A token that a server with this configuration accepts. `expiresIn` such as `8h`; without it, it never expires. */
export function signToken(config: Config, content: TokenContent, expiresIn?: string): string {
  const secret = config.jwtSecret?.[0] ?? demoSecret(config.dataDir);
  return sign(content, secret, {
    // Without the time of issue a token without expiry is the same each time, so demo mode prints the same again.
    noTimestamp: expiresIn === undefined,
    ...(expiresIn !== undefined && { expiresIn: expiresIn as `${number}h` }),
    ...(config.jwtIssuer !== undefined && { issuer: config.jwtIssuer }),
    ...(config.jwtAudience !== undefined && { audience: config.jwtAudience }),
  });
}
