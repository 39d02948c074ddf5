import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, ConfigError } from '../config.ts';

/** Whether there is no key that a token could be verified by. */
export function hasNoKey({ jwtSecret, jwtPublicKey, jwksUrl }: Config): boolean {
  return !jwtSecret && jwtPublicKey === undefined && jwksUrl === undefined;
}

/** Whether nobody says who may come in, neither a key nor an application: then the server makes a key, and everybody may. */
export function isDemo(config: Config, application: { authenticate?: unknown } = {}): boolean {
  return hasNoKey(config) && config.authenticateUrl === undefined && application.authenticate === undefined;
}

/** The random secret of demo mode, kept in the data folder so that tokens outlive a restart. Refused in production. */
export function demoSecret(dataDir: string): string {
  if (process.env.NODE_ENV === 'production') {
    throw new ConfigError('JWT_SECRET: not set; demo mode is refused under NODE_ENV=production');
  }
  const file = join(dataDir, 'demo-secret');
  if (existsSync(file)) return readFileSync(file, 'utf8');
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const secret = randomBytes(32).toString('base64url');
  writeFileSync(file, secret, { mode: 0o600, flag: 'wx' });
  return secret;
}
