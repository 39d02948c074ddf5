import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isDemo } from '../../access/demo.ts';
import { createKeys } from '../../access/tokenKeys.ts';
import type { Config } from '../../config.ts';
import { doubtful, type Finding, fine, wrong } from './finding.ts';

/** RFC 7518: a key for HS256 has at least as many bytes as the hash; JWT_SECRET_MIN_BYTES may have let in a shorter one. */
const leastSecretBytes = 32;

/** What the configuration alone tells. */
export function* examineConfiguration(config: Config, isProduction: boolean): Generator<Finding> {
  yield* examineKeys(config, isProduction);
  yield* examineOrigins(config, isProduction);
  if (!config.redisUrl) yield examineFolder(config);
  if (config.defaultRole !== undefined && config.defaultRole !== 'viewer') {
    yield doubtful(
      `DEFAULT_ROLE=${config.defaultRole}: whoever has any token at all may write in every room`,
      'leave it out, and name rooms in tokens or answer AUTHORIZE_URL',
    );
  }
  if (isProduction && config.metricsToken === undefined) {
    yield doubtful('/metrics answers on this machine alone', 'set METRICS_TOKEN, where Prometheus is on another one');
  }
}

function* examineKeys(config: Config, isProduction: boolean): Generator<Finding> {
  if (isDemo(config)) {
    const text = 'no key is set: this is demo mode';
    const advice = 'set JWT_SECRET=$(openssl rand -hex 32), JWT_PUBLIC_KEY, JWKS_URL or AUTHENTICATE_URL';
    yield isProduction ? wrong(`${text}, which is refused in production`, advice) : doubtful(text, advice);
    return;
  }
  for (const secret of config.jwtSecret ?? []) {
    const bytes = Buffer.byteLength(secret);
    yield bytes < leastSecretBytes
      ? wrong(
          `JWT_SECRET has ${bytes} bytes, and can be guessed: HS256 needs ${leastSecretBytes}`,
          'make one with `openssl rand -hex 32`; while tokens of the old one are about, give both, the new one first',
        )
      : fine(`JWT_SECRET has ${bytes} bytes`);
  }
  try {
    createKeys(config, () => {});
  } catch (error) {
    yield wrong((error as Error).message, 'give the key between its BEGIN and END lines, or the path of a file');
  }
  if (isOpen(config.jwksUrl)) {
    yield doubtful('JWKS_URL is not https: who stands between may put in keys', 'use https');
  }
  if (isOpen(config.authenticateUrl)) {
    yield doubtful('AUTHENTICATE_URL is not https: who stands between reads tokens, and may be anyone', 'use https');
  }
}

/** Whether what is asked there goes over a network as it is. */
function isOpen(url: string | undefined): boolean {
  if (url === undefined) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && hostname !== 'localhost' && hostname !== '127.0.0.1';
}

function* examineOrigins({ corsOrigins }: Config, isProduction: boolean): Generator<Finding> {
  if (!corsOrigins) yield fine('pages may come from the server’s own origin only (CORS_ORIGINS is not set)');
  if (corsOrigins?.includes('*') && isProduction) {
    yield doubtful('CORS_ORIGINS=*: any page may use the server in a visitor’s name', 'name the origins of your pages');
  }
  for (const origin of corsOrigins ?? []) {
    if (origin === '*') continue;
    const meant = URL.canParse(origin) ? new URL(origin).origin : 'null';
    if (meant === 'null') {
      yield wrong(`CORS_ORIGINS has ${origin}, which is no origin`, 'write it as https://songs.example');
    } else if (meant !== origin) {
      yield wrong(`CORS_ORIGINS has ${origin}, which no browser sends`, `write ${meant}`);
    } else yield fine(`pages may come from ${origin}`);
  }
}

function examineFolder({ dataDir, dataMinFreeBytes }: Config): Finding {
  let folder = resolve(dataDir);
  while (!existsSync(folder)) folder = dirname(folder);
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    return wrong(`DATA_DIR=${dataDir} can not be written by this user`, `chown ${folder}, or name another folder`);
  }
  const { bavail, bsize } = statfsSync(folder);
  const free = `${Math.floor((bavail * bsize) / 2 ** 20)} MiB`;
  if (bavail * bsize >= dataMinFreeBytes) return fine(`rooms can be kept in ${dataDir}: ${free} are free`);
  const least = `DATA_MIN_FREE_BYTES=${dataMinFreeBytes}`;
  return wrong(`the disk of ${dataDir} has ${free} free, less than ${least}: edits are refused`, 'make room there');
}
