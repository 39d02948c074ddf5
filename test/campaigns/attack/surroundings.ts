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
  /** How often AUTHORIZE_URL and JWKS_URL were asked so far. */
  asked(): number;
  end(): Promise<void>;
}

/** Starts what an attack needs besides the server. */
export async function surround(surroundings: Surroundings = {}, store: Store): Promise<Around> {
  const { environment, authorize, jwks } = surroundings;
  const redis =
    store === 'redis' ? await startRedis(['--appendfsync', 'everysec', ...(surroundings.redis ?? [])]) : undefined;
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const published = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'new', use: 'sig', alg: 'RS256' }] };
  let asked = 0;
  const service = createServer((request, response) => {
    asked += 1;
    request.resume();
    const hangs = request.method === 'POST' && authorize === 'hangs';
    const answer = request.method === 'POST' ? { role: 'viewer' } : published;
    if (!hangs) response.setHeader('Content-Type', 'application/json').end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}/`;
  return {
    environment: {
      ...(redis ? { REDIS_URL: redis.url } : { DATA_DIR: temporaryDirectory() }),
      ...(authorize && { AUTHORIZE_URL: url }),
      ...(jwks && { JWKS_URL: url }),
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
