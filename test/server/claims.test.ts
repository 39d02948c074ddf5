import assert from 'node:assert/strict';
import { createHash, createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { inboxOf } from '../../server/access/inboxes.ts';
import { openLmdbLog } from '../../server/logs/lmdb.ts';
import { Refusal } from '../../shared/refusals.ts';
import { parseRoomId } from '../../shared/rooms.ts';
import { holdTimers } from '../support/heldTimers.ts';
import { call } from '../support/http.ts';
import { captured } from '../support/logger.ts';
import { moveAhead } from '../support/monotonic.ts';
import { temporaryDirectory } from '../support/process.ts';
import {
  ask,
  type Client,
  clientOf,
  connect,
  next,
  refused,
  refusedHandshake,
  request,
  secret,
  startServer,
  stateOf,
} from '../support/server.ts';

const now = () => Math.floor(Date.now() / 1000);

/** A token whose header and claims are written by hand, JSON as it is. */
function handmade(claims: object | string, header: object = {}, signature?: (text: string) => string): string {
  const payload = typeof claims === 'string' ? claims : JSON.stringify(claims);
  const parts = [JSON.stringify({ alg: 'HS256', ...header }), payload];
  const text = parts.map((part) => Buffer.from(part).toString('base64url')).join('.');
  const hmac = () => createHmac('sha256', secret).update(text).digest('base64url');
  return `${text}.${signature ? signature(text) : hmac()}`;
}

function greeted(server: { url: string }, token: string): Promise<{ client: Client; name: string }> {
  const client = clientOf(server, { auth: { token } });
  const greeting = next(client, 'connected').then(({ user }) => ({ client, name: user.name }));
  client.connect();
  return greeting;
}

/** Refused at the handshake, on a live connection and over HTTP; returns what is said. */
async function refusedEverywhere(server: { url: string }, live: Client, token: string): Promise<string> {
  const refusal = await refusedHandshake(clientOf(server, { auth: { token } }));
  assert.equal(refusal.error_code, 'unauthorized', refusal.message);
  await refused(live, 'authenticate', { token }, 'unauthorized');
  const init = { headers: { Authorization: `Bearer ${token}` } };
  assert.equal((await call(server, 'GET /api/v1/rooms/song:1', undefined, init)).status, 401);
  return refusal.message;
}

describe('claims that are odd', () => {
  const odd: Record<string, string> = {
    'half a surrogate pair in org_id': '{"sub":"eve","org_id":"\\ud800","rooms":{"*":"host"}}',
    'half a surrogate pair in sub': '{"sub":"eve\\udc00"}',
    'a sub that is a key of objects': '{"sub":"__proto__"}',
    'a sub that is a step up in a URL': '{"sub":".."}',
    'a tenant that is a key of objects': '{"sub":"eve","org_id":"__proto__"}',
    'a scope that is a number': '{"sub":"eve","scope":7}',
    'a scope with a number in it': '{"sub":"eve","scope":["admin",7]}',
    'an issue time that is a text': '{"sub":"eve","iat":"today"}',
    'an expiry beyond all time': '{"sub":"eve","exp":1e300}',
    'a jti that is a list': '{"sub":"eve","jti":["x"]}',
    'a sub that is null': '{"sub":null}',
    'a role that is null': '{"sub":"eve","rooms":{"*":null}}',
    'a payload that is null': 'null',
    'a payload that is no JSON': '{"sub":',
  };

  for (const [name, claims] of Object.entries(odd)) {
    it(`${name}: unauthorized wherever it comes in, and others stay`, async () => {
      const server = await startServer();
      const ada = await connect(server, { sub: 'ada' });
      const live = await connect(server, { sub: 'eve' });
      assert.match(await refusedEverywhere(server, live, handmade(claims)), /^token: /);
      await request(ada, 'ping', {});
    });
  }

  it('that are null are as good as absent', async () => {
    const optional = ['name', 'username', 'org_id', 'rooms', 'scope', 'exp', 'nbf', 'iat', 'iss', 'aud', 'jti'];
    const claims = { sub: 'ada', ...Object.fromEntries(optional.map((claim) => [claim, null])) };
    const { name, client } = await greeted(await startServer(), handmade(claims));
    assert.equal(name, 'ada');
    await request(client, 'ping', {});
  });

  it('such as rooms may be an empty list, as some languages write an empty object', async () => {
    const server = await startServer();
    const { client } = await greeted(server, handmade({ sub: 'ada', rooms: [] }));
    await refused(client, 'join_room', { room_id: 'song:1' }, 'forbidden');
    const refusal = await refusedHandshake(clientOf(server, { auth: { token: handmade({ sub: 'a', rooms: ['*'] }) } }));
    assert.match(refusal.message, /claim rooms/);
  });

  it('such as scope may be words or a list', async () => {
    const server = await startServer();
    for (const scope of ['publish admin', '  admin\tpublish', ['admin'], ['publish', 'admin']]) {
      const { status } = await call(server, 'GET /api/v1/rooms', { sub: 'root', scope });
      assert.equal(status, 200, JSON.stringify(scope));
    }
    assert.equal((await call(server, 'GET /api/v1/rooms', { sub: 'root', scope: ['administrator'] })).status, 403);
  });

  it('of a clock that is a little ahead, or behind, count as valid, and from then on no longer', async () => {
    const server = await startServer({ jwtClockToleranceMs: 60_000 });
    for (const claims of [{ nbf: now() + 30 }, { exp: now() - 30 }]) {
      const { client } = await greeted(server, handmade({ sub: 'ada', rooms: { '*': 'editor' }, ...claims }));
      await request(client, 'join_room', { room_id: 'song:1' });
      await request(client, 'collaboration_operation', { room_id: 'song:1', operation: ['x'] });
    }
    const live = await connect(server, { sub: 'eve' });
    assert.match(await refusedEverywhere(server, live, handmade({ sub: 'eve', nbf: now() + 90 })), /not valid yet/);
    assert.match(await refusedEverywhere(server, live, handmade({ sub: 'eve', exp: now() - 90 })), /expired/);
  });

  it('such as an expiry within the tolerance: told as it is, and the connection ends when the tolerance and the rest are over', async () => {
    const { pass } = holdTimers(60_000);
    const server = await startServer({ jwtClockToleranceMs: 62_000, tokenExpiryCloseMs: 0 });
    const exp = Date.now() / 1000 - 0.5;
    const client = clientOf(server, { auth: { token: handmade({ sub: 'ada', exp }) } });
    const greeting = next(client, 'connected');
    const ended = next(client, 'error');
    client.connect();
    assert.equal((await greeting).expires_at, exp * 1000);
    moveAhead(30_000);
    await request(client, 'ping', {});
    moveAhead(32_000);
    pass(60_000);
    assert.equal((await ended).error_code, 'unauthorized');
  });
});

describe('a sub of whatever characters', () => {
  const subs = [
    '😀'.repeat(128),
    `https://id.example/users/${'é'.repeat(60)}`,
    '~tilde',
    "it's (me)!*",
    ' ',
    '\u0000',
    '/../%2F',
  ];

  for (const sub of subs) {
    it(`such as ${JSON.stringify(sub.slice(0, 30))} has an inbox that can be written to, read and listed`, async () => {
      const org_id = '🎵'.repeat(128);
      const server = await startServer({ log: await openLmdbLog({ directory: temporaryDirectory() }) });
      const root = { sub: 'root', org_id, rooms: {}, scope: 'publish admin' };
      const body = JSON.stringify({ user_id: sub, type: 'task.created', data: 1 });
      const published = await call(server, 'POST /api/v1/publish', root, { body });
      assert.equal(published.body.ok, true, JSON.stringify(published.body));
      const client = clientOf(server, { auth: { token: handmade({ sub, org_id }) } });
      const entered = stateOf(client, inboxOf(sub));
      client.connect();
      assert.equal((await entered).revision, 1);
      assert.deepEqual(
        (await call(server, 'GET /api/v1/rooms', root)).body.rooms.map(({ room_id }: { room_id: string }) => room_id),
        [inboxOf(sub)],
      );
      const read = await call(server, `GET /api/v1/rooms/${encodeURIComponent(inboxOf(sub))}`, root);
      assert.equal(read.body.revision, 1);
    });
  }

  it('has an inbox of its own', () => {
    const long = '😀'.repeat(50);
    const hash = createHash('sha256').update(long).digest('base64url');
    assert.equal(inboxOf(long), `user:~${hash}`);
    assert.equal(inboxOf(`~${hash}`), `user:%7E${hash}`);
    const others = ['x'.repeat(128), 'x'.repeat(127), 'é'.repeat(21), 'é'.repeat(22), '~', '%7E', '%257E', 'a~', 'a'];
    const ids = [...subs, long, `~${hash}`, ...others].map(inboxOf);
    assert.equal(new Set(ids).size, ids.length);
    for (const id of ids) assert.equal(parseRoomId(id), id);
  });
});

describe('a name', () => {
  const shown: [given: object, name: string][] = [
    [{ name: '  Ada \t Lovelace\n' }, 'Ada Lovelace'],
    [{ name: '\u202eadA' }, 'adA'],
    [{ name: 'A\u200bd\u2060a\u0000' }, 'Ada'],
    [{ name: ' \u200b\u3164', username: 'ada99' }, 'ada99'],
    [{ name: '\u200d', username: '' }, 'u'],
    [{ name: '👩‍👩‍👧 Family' }, '👩‍👩‍👧 Family'],
    [
      { name: '👩🏽‍🚀🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}' },
      '👩🏽‍🚀🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}',
    ],
    [{ name: 'می\u200cخواهم' }, 'می\u200cخواهم'],
    [{ name: 'a\ud800b' }, 'ab'],
    [{ sub: '\u200b', name: ' ' }, '%E2%80%8B'],
    [{ sub: '  ' }, '%20%20'],
    [{ sub: '\u202eabc' }, 'abc'],
  ];

  for (const [given, name] of shown) {
    it(`as in ${JSON.stringify(given)} is shown as ${JSON.stringify(name)}`, async () => {
      assert.equal((await greeted(await startServer(), handmade({ sub: 'u', ...given }))).name, name);
    });
  }

  it('that the application gives is shown so too', async () => {
    const server = await startServer({ authenticate: () => ({ name: ' \u202eEve\u0007 ' }) });
    assert.equal((await greeted(server, handmade({ sub: 'u' }))).name, 'Eve');
  });
});

describe('a token', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ed = generateKeyPairSync('ed25519');
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }) as string;
  const edSigned = (text: string) => sign(null, Buffer.from(text), ed.privateKey).toString('base64url');

  it('signed with RS256, PS256, ES256 or EdDSA lets in who has it, where there is such a key', async () => {
    for (const [key, algorithms] of [
      [rsa, ['RS256', 'PS256']],
      [ec, ['ES256']],
    ] as const) {
      const server = await startServer({ jwtSecret: undefined, jwtPublicKey: pem(key.publicKey) });
      for (const algorithm of algorithms)
        await greeted(server, jwt.sign({ sub: 'ada' }, key.privateKey, { algorithm }));
    }
    const server = await startServer({ jwtSecret: undefined, jwtPublicKey: pem(ed.publicKey) });
    const { client } = await greeted(server, handmade({ sub: 'ada' }, { alg: 'EdDSA' }, edSigned));
    await refused(client, 'authenticate', { token: handmade({ sub: 'eve' }, { alg: 'EdDSA' }) }, 'unauthorized');
  });

  it('is refused by name where there is no key of its kind, and where none can be', async () => {
    const server = await startServer();
    const live = await connect(server, { sub: 'eve' });
    const refusals: [token: string, message: string][] = [
      [handmade({ sub: 'eve' }, { alg: 'EdDSA' }, edSigned), 'token: no key for EdDSA is configured'],
      [jwt.sign({ sub: 'eve' }, rsa.privateKey, { algorithm: 'PS256' }), 'token: no key for PS256 is configured'],
      [
        jwt.sign({ sub: 'eve' }, rsa.privateKey, { algorithm: 'RS512' }),
        'token: alg "RS512" is not supported; HS256, RS256, PS256, ES256, EdDSA are',
      ],
      [handmade({ sub: 'eve' }, { crit: ['exp'] }), 'token: crit ["exp"] is not understood'],
      [handmade({ sub: 'eve' }, { crit: [] }), 'token: crit [] is not understood'],
      [handmade({ sub: 'eve' }, { typ: 'dpop+jwt' }), 'token: typ "dpop+jwt": it is for something else'],
      [handmade({ sub: 'eve' }, { typ: 'logout+jwt' }), 'token: typ "logout+jwt": it is for something else'],
      [
        handmade({ sub: 'eve' }, { alg: ['HS256'] }),
        'token: alg ["HS256"] is not supported; HS256, RS256, PS256, ES256, EdDSA are',
      ],
      [`${handmade({ sub: 'eve' })}=`, 'token: malformed: expected three parts in base64url'],
    ];
    for (const [token, message] of refusals) assert.equal(await refusedEverywhere(server, live, token), message);
  });

  it('may say that it is a JWT, or one for access', async () => {
    const server = await startServer();
    for (const typ of ['JWT', 'jwt', 'at+jwt', 'application/at+jwt'])
      await greeted(server, handmade({ sub: 'ada' }, { typ }));
  });
});

describe('what an application’s hook throws', () => {
  it('is logged, and no client hears of it', async () => {
    const { lines, logger } = captured();
    const server = await startServer({
      logger,
      authenticate: ({ sub }) => {
        if (sub === 'eve') throw new Error('select * from users where password = "x"');
        if (sub === 'ben') throw new Refusal('unauthorized', 'ben has left the band');
        if (sub === 'cem') return { name: 7 } as never;
        return undefined;
      },
      authorize: () => {
        throw new Error('the database at 10.0.0.1 is gone');
      },
    });
    const messageOf = async (sub: string) => {
      const { error_code, message } = await refusedHandshake(clientOf(server, { auth: { token: handmade({ sub }) } }));
      return [error_code, message];
    };
    assert.deepEqual(await messageOf('eve'), ['unauthorized', 'refused by the application']);
    assert.deepEqual(await messageOf('cem'), ['unauthorized', 'refused by the application']);
    assert.deepEqual(await messageOf('ben'), ['unauthorized', 'ben has left the band']);
    const ada = await connect(server, { sub: 'ada', rooms: {} });
    const answer = await ask(ada, 'join_room', { room_id: 'song:1' });
    assert.ok(!answer.ok && !answer.error.message.includes('10.0.0.1'));
    const logged = JSON.stringify(lines);
    assert.ok(logged.includes('select * from users') && logged.includes('10.0.0.1'));
  });
});

describe('a bug in a listener', () => {
  it('ends the connection that it was about, and nothing else', async () => {
    const { lines, logger } = captured();
    const info = logger.info.bind(logger);
    logger.info = (...args: Parameters<typeof info>) => {
      if ((args[0] as { user_id?: string }).user_id === 'eve') throw new URIError('URI malformed');
      info(...args);
    };
    const server = await startServer({ logger });
    const ada = await connect(server, { sub: 'ada' });
    const eve = clientOf(server, { auth: { token: handmade({ sub: 'eve' }) } });
    const gone = new Promise((resolve) => eve.once('disconnect', resolve));
    eve.connect();
    assert.equal(await gone, 'io server disconnect');
    await request(ada, 'ping', {});
    assert.ok(JSON.stringify(lines).includes('URI malformed'));
    const { body } = await call(server, 'GET /api/v1/status');
    assert.equal(body.connections, 1);
  });
});
