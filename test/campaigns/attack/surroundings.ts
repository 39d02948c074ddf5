import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { temporaryDirectory } from '../../support/process.ts';
import { type RedisServer, startRedis } from '../../support/redis.ts';
import type { Store, Surroundings } from './attack.ts';

/** What stands around an attacked server. */
export interface Around {
  environment: Record<string, string>;
  redis: RedisServer | undefined;
  /** Of whom nobody knows yet whether the server has it. */
  key: { kid: string; pem: string } | undefined;
  /** How often AUTHORIZE_URL, AUTHENTICATE_URL, WEBHOOK_URL and JWKS_URL were asked so far. */
  asked(): number;
  end(): Promise<void>;
}

/** Starts what an attack needs besides the server. */
export async function surround(surroundings: Surroundings = {}, store: Store): Promise<Around> {
  const { environment, authorize, authenticate, webhooks, jwks } = surroundings;
  const redis =
    store === 'redis' ? await startRedis(['--appendfsync', 'everysec', ...(surroundings.redis ?? [])]) : undefined;
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const published = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'new', use: 'sig', alg: 'RS256' }] };
  let asked = 0;
  const service = createServer((request, response) => {
    asked += 1;
    request.resume();
    const kinds = { '/authorize': authorize, '/authenticate': authenticate, '/webhooks': webhooks };
    if (kinds[request.url as keyof typeof kinds] === 'hangs') return;
    const answers = { '/authorize': { role: 'viewer' }, '/authenticate': { user: null }, '/webhooks': {} };
    const answer = answers[request.url as keyof typeof answers] ?? published;
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
  return {
    environment: {
      ...(redis ? { REDIS_URL: redis.url } : { DATA_DIR: temporaryDirectory() }),
      ...(authorize && { AUTHORIZE_URL: `${url}/authorize` }),
      ...(authenticate && { AUTHENTICATE_URL: `${url}/authenticate` }),
      ...(webhooks && { WEBHOOK_URL: `${url}/webhooks`, WEBHOOK_SECRET: 'w'.repeat(32) }),
      ...(jwks && { JWKS_URL: `${url}/keys` }),
      ...environment,
    },
    redis,
    key: jwks && { kid: 'new', pem: String(privateKey.export({ type: 'pkcs8', format: 'pem' })) },
    asked: () => asked,
    async end() {
      service.closeAllConnections();
      service.close();
      await redis?.kill();
    },
  };
}
