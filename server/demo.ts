import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from './config.ts';

/** The random secret of demo mode, kept in the data folder so that tokens outlive a restart. Refused in production. */
export function demoSecret(dataDir: string): string {
  if (process.env.NODE_ENV === 'production') {
    throw new ConfigError('JWT_SECRET: not set; demo mode is refused under NODE_ENV=production');
  }
  const file = join(dataDir, 'demo-secret');
  if (existsSync(file)) return readFileSync(file, 'utf8');
  mkdirSync(dataDir, { recursive: true });
  const secret = randomBytes(32).toString('base64url');
  writeFileSync(file, secret, { mode: 0o600, flag: 'wx' });
  return secret;
}
