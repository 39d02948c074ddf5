import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, type KeyPairKeyObjectResult } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import jwt from 'jsonwebtoken';
import { call } from '../support/http.ts';
import {
  type Client,
  clientOf,
  connect,
  next,
  refused,
  refusedHandshake,
  request,
  startServer,
  tokenFor,
} from '../support/server.ts';
import { startService } from '../support/service.ts';
import { until } from '../support/until.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const otherRsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' }) as string;
const claims = { sub: 'eve', iss: 'home', aud: 'songs', rooms: { '*': 'host' }, scope: 'admin' };

function signed(key: KeyPairKeyObjectResult, algorithm: 'RS256' | 'ES256', kid?: string, more: object = {}): string {
  return jwt.sign({ ...claims, ...more }, key.privateKey, { algorithm, ...(kid !== undefined && { keyid: kid }) });
}

/** A token whose parts are made by hand. */
function forged(header: object, payload: unknown, sign: (text: string) => string = () => ''): string {
  const text = [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${text}.${sign(text)}`;
}

const hmac = (key: string) => (text: string) => createHmac('sha256', key).update(text).digest('base64url');

describe('the table of token attacks', () => {
  const inAnHour = Math.floor(Date.now() / 1000) + 3600;
  const attacks: Record<string, string> = {
    'alg none': forged({ alg: 'none', typ: 'JWT' }, claims),
    'alg None, and a signature': forged({ alg: 'None', typ: 'JWT' }, claims, hmac(pem)),
    'the RSA key as HMAC secret': forged({ alg: 'HS256', typ: 'JWT' }, claims, hmac(pem)),
    'the RSA key without its armour as HMAC secret': forged({ alg: 'HS256' }, claims, hmac(pem.trim())),
    'a key that it brings itself': forged(
      { alg: 'RS256', jwk: otherRsa.publicKey.export({ format: 'jwk' }), jku: 'http://127.0.0.1:9/keys' },
      claims,
      (text) => jwt.sign(text, otherRsa.privateKey, { algorithm: 'RS256' }).split('.')[2] ?? '',
    ),
    'another key': signed(otherRsa, 'RS256'),
    'another algorithm': jwt.sign(claims, rsa.privateKey, { algorithm: 'RS512' }),
    'an elliptic key where RSA is expected': signed(ec, 'ES256'),
    'another issuer': signed(rsa, 'RS256', undefined, { iss: 'elsewhere' }),
    'another audience': signed(rsa, 'RS256', undefined, { aud: 'others' }),
    'changed claims': signed(rsa, 'RS256').replace(/\.[^.]+\./, (part) => `${part.slice(0, -3)}A.`),
    'not yet valid': signed(rsa, 'RS256', undefined, { nbf: inAnHour }),
    expired: signed(rsa, 'RS256', undefined, { exp: inAnHour - 7200 }),
    'an expiry that is no number': forged({ alg: 'RS256' }, { ...claims, exp: 'never' }),
    'no sub': signed(rsa, 'RS256', undefined, { sub: undefined }),
    'an empty sub': signed(rsa, 'RS256', undefined, { sub: '' }),
    'a sub of 129': signed(rsa, 'RS256', undefined, { sub: 'x'.repeat(129) }),
    'a sub that is an object': forged({ alg: 'RS256' }, { ...claims, sub: { toString: 'ada' } }),
    'roles that there are not': signed(rsa, 'RS256', undefined, { rooms: { '*': 'emperor' } }),
    'a tenant that is a list': signed(rsa, 'RS256', undefined, { org_id: ['', 'band'] }),
    'a sub of 129 emoji': signed(rsa, 'RS256', undefined, { sub: '😀'.repeat(129) }),
    'a name of 129': signed(rsa, 'RS256', undefined, { name: 'x'.repeat(129) }),
    oversized: signed(rsa, 'RS256', undefined, { more: 'x'.repeat(16_384) }),
    'a payload that is a list': forged({ alg: 'RS256' }, [claims]),
    garbage: 'garbage',
    'dots alone': '..',
    '100,000 dots': '.'.repeat(100_000),
    'half a token': signed(rsa, 'RS256').slice(0, 40),
    'a token and more': `${signed(rsa, 'RS256')}.x`,
  };

  const config = { jwtSecret: undefined, jwtPublicKey: pem, jwtIssuer: 'home', jwtAudience: 'songs' };

  for (const [name, token] of Object.entries(attacks)) {
    it(`${name}: unauthorized, at the handshake, on a live connection, and over HTTP`, async () => {
      const server = await startServer(config);
      const refusal = await refusedHandshake(clientOf(server, { auth: { token } }));
      assert.deepEqual([refusal.code, refusal.error_code], [4401, 'unauthorized']);
      assert.ok(!refusal.message.includes(token));
      const live = clientOf(server, { auth: { token: signed(rsa, 'RS256') } });
      live.connect();
      await next(live, 'connected');
      if (token.length <= 16_384) await refused(live, 'authenticate', { token }, 'unauthorized');
      else await refused(live, 'authenticate', { token }, 'bad_request');
      if (token.length > 8_000) return;
      const init = { headers: { Authorization: `Bearer ${token}` } };
      assert.equal((await call(server, 'GET /api/v1/rooms', undefined, init)).status, 401);
    });
  }

  it('a sub, a name and a tenant have 128 characters each, whatever they take in UTF-16', async () => {
    const long = '😀'.repeat(128);
    const ada = await connect(await startServer(), { sub: long, name: long, org_id: long });
    assert.deepEqual(await request(ada, 'presence_subscribe', { user_ids: [long] }), { ok: true, online: [long] });
    await refused(ada, 'presence_subscribe', { user_ids: [`${long}😀`] }, 'bad_request');
    await refused(ada, 'presence_subscribe', { user_ids: [''] }, 'bad_request');
  });

  it('of another tenant on a live connection: unauthorized', async () => {
    const ada = await connect(await startServer(), { sub: 'ada', org_id: 'band' });
    await refused(ada, 'authenticate', { token: tokenFor({ sub: 'ada', org_id: 'other' }) }, 'unauthorized');
  });
});

describe('JWKS_URL', () => {
  const published = (kid: string, key: KeyPairKeyObjectResult) => ({
    ...key.publicKey.export({ format: 'jwk' }),
    kid,
    use: 'sig',
  });

  /** Publishes keys, and counts how often they are asked for. */
  async function startKeys(keys: () => object[] | undefined) {
    const asked = { times: 0 };
    const jwksUrl = await startService((_body, response: ServerResponse) => {
      asked.times += 1;
      const found = keys();
      if (found) response.setHeader('Content-Type', 'application/json').end(JSON.stringify({ keys: found }));
      else response.writeHead(500).end();
    });
    return { asked, config: { jwtSecret: undefined, jwksUrl } };
  }

  async function greeted(server: { url: string }, token: string): Promise<Client> {
    const client = clientOf(server, { auth: { token } });
    client.connect();
    await next(client, 'connected');
    return client;
  }

  it('takes what is signed by a published key, RSA or elliptic, and asks once', async () => {
    const { asked, config } = await startKeys(() => [published('r', rsa), published('e', ec)]);
    const server = await startServer(config);
    const client = await greeted(server, signed(rsa, 'RS256', 'r'));
    await greeted(server, signed(rsa, 'RS256', 'r'));
    assert.equal(asked.times, 1);
    await request(client, 'authenticate', { token: signed(ec, 'ES256', 'e') });
  });

  it('takes a new key when keys are rotated', async () => {
    const keys = [published('old', rsa)];
    const server = await startServer((await startKeys(() => keys)).config);
    await greeted(server, signed(rsa, 'RS256', 'old'));
    keys.push(published('new', otherRsa));
    await greeted(server, signed(otherRsa, 'RS256', 'new'));
    await greeted(server, signed(rsa, 'RS256', 'old'));
  });

  it('refuses a key that nobody published, and one that is passed off as another', async () => {
    const server = await startServer((await startKeys(() => [published('r', rsa)])).config);
    for (const token of [
      signed(otherRsa, 'RS256', 'r'),
      signed(otherRsa, 'RS256', 'unknown'),
      signed(ec, 'ES256', 'r'),
      forged({ alg: 'HS256', kid: 'r' }, claims, hmac(pem)),
      forged({ alg: 'none', kid: 'r' }, claims),
    ]) {
      const refusal = await refusedHandshake(clientOf(server, { auth: { token } }));
      assert.equal(refusal.error_code, 'unauthorized');
    }
  });

  it('is asked once in ten seconds for keys that there are not, and those that are known go on', async () => {
    const { asked, config } = await startKeys(() => [published('r', rsa)]);
    const server = await startServer(config);
    await greeted(server, signed(rsa, 'RS256', 'r'));
    for (let attempt = 0; attempt < 20; attempt++) {
      await refusedHandshake(clientOf(server, { auth: { token: signed(otherRsa, 'RS256', `none-${attempt}`) } }));
    }
    assert.ok(asked.times <= 2, `${asked.times} times`);
    await greeted(server, signed(rsa, 'RS256', 'r'));
  });

  it('lets those in whose key it has published, new ones too, while others ask for keys that there are not', async () => {
    const keys = [published('r', rsa)];
    const { asked, config } = await startKeys(() => keys);
    const server = await startServer(config);
    await greeted(server, signed(rsa, 'RS256', 'r'));
    await refusedHandshake(clientOf(server, { auth: { token: signed(otherRsa, 'RS256', 'none') } }));
    keys.push(published('new', otherRsa));
    const codes = [];
    for (let attempt = 0; attempt < 5; attempt++) {
      await greeted(server, signed(rsa, 'RS256', 'r'));
      const refusal = await refusedHandshake(
        clientOf(server, { auth: { token: signed(otherRsa, 'RS256', `none-${attempt}`) } }),
      );
      codes.push(refusal.error_code);
    }
    assert.deepEqual([...new Set(codes)], ['unavailable']);
    assert.equal(asked.times, 2);
    const early = await refusedHandshake(clientOf(server, { auth: { token: signed(otherRsa, 'RS256', 'new') } }));
    assert.ok(early.error_code === 'unavailable' && early.retry_after_ms && early.retry_after_ms <= 10_000);
    await until(async () => {
      const client = clientOf(server, { auth: { token: signed(otherRsa, 'RS256', 'new') } });
      const outcome = Promise.race([
        next(client, 'connected').then(() => true),
        new Promise<boolean>((resolve) => client.once('connect_error', () => resolve(false))),
      ]);
      client.connect();
      return outcome;
    });
    assert.equal(asked.times, 3);
  }).timeout(30_000);

  it('lets those in whose key is known while it hangs, and asks for a set once at a time', async () => {
    let hangs = false;
    let asked = 0;
    const jwksUrl = await startService((_body, response: ServerResponse) => {
      asked += 1;
      if (hangs) return;
      response.setHeader('Content-Type', 'application/json').end(JSON.stringify({ keys: [published('r', rsa)] }));
    });
    const server = await startServer({ jwtSecret: undefined, jwksUrl });
    await greeted(server, signed(rsa, 'RS256', 'r'));
    hangs = true;
    const strangers = Array.from({ length: 20 }, (_, index) =>
      refusedHandshake(clientOf(server, { auth: { token: signed(otherRsa, 'RS256', `none-${index}`) } })),
    );
    await until(() => asked === 2);
    for (let user = 0; user < 5; user++) await greeted(server, signed(rsa, 'RS256', 'r'));
    for (const { error_code } of await Promise.all(strangers)) assert.equal(error_code, 'unavailable');
    await greeted(server, signed(rsa, 'RS256', 'r'));
    assert.equal(asked, 2);
  }).timeout(30_000);

  it('takes a key of the configuration’s own whatever is published', async () => {
    const { config } = await startKeys(() => undefined);
    const server = await startServer({ ...config, jwtPublicKey: pem });
    await greeted(server, signed(rsa, 'RS256'));
    await greeted(server, signed(rsa, 'RS256', 'own'));
  });

  it('ignores keys that no token may be signed with', async () => {
    const keys = [
      { kty: 'oct', kid: 'r', k: 'c2VjcmV0' },
      { kty: 'RSA', kid: 'r' },
      { ...published('r', otherRsa), use: 'enc' },
      published('r', rsa),
    ];
    const server = await startServer((await startKeys(() => keys)).config);
    await greeted(server, signed(rsa, 'RS256', 'r'));
    const stranger = clientOf(server, { auth: { token: signed(otherRsa, 'RS256', 'r') } });
    assert.equal((await refusedHandshake(stranger)).error_code, 'unauthorized');
  });

  it('lets nobody in while it does not answer, and says to come back', async () => {
    const server = await startServer((await startKeys(() => undefined)).config);
    const refusal = await refusedHandshake(clientOf(server, { auth: { token: signed(rsa, 'RS256', 'r') } }));
    assert.equal(refusal.error_code, 'unavailable');
    assert.ok(refusal.retry_after_ms);
  });
});
