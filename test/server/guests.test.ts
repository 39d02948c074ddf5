import assert from 'node:assert/strict';
import { createSecretKey, generateKeyPairSync, hkdfSync } from 'node:crypto';
import { mock } from 'node:test';
import jwt from 'jsonwebtoken';
import { pino } from 'pino';
import { createMemoryLog } from '../../server/logs/memory.ts';
import { redacting } from '../../server/watch/logger.ts';
import type { Role } from '../../shared/rooms.ts';
import { come, guestIn, guestOf, invite, sending, tokenOfGuest } from '../support/guests.ts';
import { call } from '../support/http.ts';
import {
  caughtUp,
  clientOf,
  collect,
  connect,
  member,
  next,
  refused,
  refusedHandshake,
  request,
  secret,
  startServer,
  tokenFor,
} from '../support/server.ts';
import { until } from '../support/until.ts';

const room_id = 'song:42';
const host = { sub: 'hal', name: 'Hal', rooms: { 'song:*': 'host' } };
const editor = { sub: 'ada', name: 'Ada', rooms: { 'song:*': 'editor' } };
const admin = { sub: 'root', scope: 'admin' };
const invitations = `/api/v1/rooms/${room_id}/invitations`;

/** Asks a route that has to be refused. */
async function declined(server: { url: string }, route: string, claims: object, code: string, init?: RequestInit) {
  const { body } = await call(server, route, claims, init);
  assert.equal(body.error?.error_code, code, JSON.stringify(body));
}

describe('an invitation', () => {
  it('says who made it, for what, until when and for how many, and its link is shown once', async () => {
    const server = await startServer();
    const before = Date.now();
    const made = await invite(server, editor, room_id, { role: 'viewer', expires_in_s: 3600, max_guests: 3 });
    assert.ok(made.expires_at >= before + 3_600_000 && made.expires_at <= Date.now() + 3_600_000);
    const guest = await guestIn(server, room_id, made.invitation, 'Ben');
    const shown = (await call(server, `GET ${invitations}/${made.id}`, editor)).body;
    const { created_at, guests, ...others } = shown;
    assert.ok(created_at >= before && created_at <= Date.now());
    const terms = { role: 'viewer', expires_at: made.expires_at, max_guests: 3 };
    const expected = { room_id, id: made.id, by: { user_id: 'ada', name: 'Ada' }, guest_count: 1, ...terms };
    assert.deepEqual(others, { ok: true, ...expected });
    assert.deepEqual(
      guests.map(({ user_id }: { user_id: string }) => user_id),
      [guest.user_id],
    );
    const { body: listed } = await call(server, `GET ${invitations}`, editor);
    assert.equal(listed.invitations[0].id, made.id);
    for (const body of [shown, listed]) assert.ok(!JSON.stringify(body).includes(made.invitation.slice(20)));
  });

  it('is listed and revoked by who made it, by hosts and by administrators, and is nobody else’s', async () => {
    const server = await startServer();
    const ben = { ...editor, sub: 'ben' };
    const { id } = await invite(server, editor, room_id);
    const seen = async (claims: object) => (await call(server, `GET ${invitations}`, claims)).body.invitations.length;
    assert.deepEqual(await Promise.all([editor, host, admin, ben].map(seen)), [1, 1, 1, 0]);
    for (const method of ['GET', 'DELETE']) {
      await declined(server, `${method} ${invitations}/${id}`, ben, 'not_found');
      await declined(server, `${method} ${invitations}/${id}`, { ...admin, org_id: 'elsewhere' }, 'not_found');
      await declined(server, `${method} ${invitations}/${id}`, { sub: 'eve', rooms: {} }, 'forbidden');
      await declined(server, `${method} ${invitations}/__proto__`, host, 'not_found');
    }
    for (const claims of [editor, host, admin]) {
      const { id } = await invite(server, editor, room_id);
      assert.equal((await call(server, `DELETE ${invitations}/${id}`, claims)).status, 200);
      await declined(server, `GET ${invitations}/${id}`, host, 'not_found');
    }
    assert.equal(await seen(host), 1);
  });

  it('gives no more than its maker has, and makes sense', async () => {
    const server = await startServer();
    const post = (body: object, code: string) => declined(server, `POST ${invitations}`, editor, code, sending(body));
    await post({ role: 'host' }, 'forbidden');
    for (const body of [{ role: 'king' }, {}, { role: 'viewer', max_guests: 0 }, { role: 'viewer', expires_in_s: 1e9 }])
      await post(body, 'bad_request');
    await declined(server, `POST ${invitations}`, { sub: 'eve', rooms: {} }, 'forbidden', sending({ role: 'viewer' }));
  });

  it('that is revoked removes its guests at once, and lets nobody in', async () => {
    const server = await startServer();
    const { invitation, id } = await invite(server, editor, room_id);
    const other = await invite(server, editor, room_id);
    const guest = await guestIn(server, room_id, invitation, 'Ben');
    const stays = await guestIn(server, room_id, other.invitation, 'Cyd');
    const removed = next(guest, 'room_removed');
    const { body } = await call(server, `DELETE ${invitations}/${id}`, editor);
    assert.equal(body.connections, 1);
    assert.deepEqual(await removed, { room_id, reason: 'role_withdrawn' });
    assert.match((await refused(guest, 'join_room', { room_id }, 'forbidden')).message, /revoked/);
    assert.equal((await come(server, invitation, 'Ben')).body.error.error_code, 'unauthorized');
    await request(stays, 'get_room_state', { room_id });
  });

  it('lets in so many guests and no more, each as often as it comes', async () => {
    const server = await startServer();
    const { invitation } = await invite(server, editor, room_id, { max_guests: 2 });
    const answers = await Promise.all(['Ben', 'Cyd', 'Dan', 'Eve'].map((name) => come(server, invitation, name)));
    const come_in = answers.flatMap(({ status }, index) => (status === 200 ? [index] : []));
    assert.equal(come_in.length, 2);
    for (const [index, name] of ['Ben', 'Cyd', 'Dan', 'Eve'].entries()) {
      const { status, body } = await come(server, invitation, name);
      assert.equal(status, come_in.includes(index) ? 200 : 403);
      if (status === 403) assert.match(body.error.message, /2 guests/);
    }
  });

  it('lets in so many new guests of an address and no more', async () => {
    const server = await startServer({ limitGuests: '2/3600' });
    const { invitation } = await invite(server, editor, room_id);
    for (const name of ['Ben', 'Cyd']) await tokenOfGuest(server, invitation, name);
    const { status, headers } = await come(server, invitation, 'Dan');
    assert.equal(status, 429);
    assert.ok(Number(headers.get('retry-after')) > 0);
    await tokenOfGuest(server, invitation, 'Ben');
  });

  it('is one of 100 of its room that are live, and another one is refused', async () => {
    const server = await startServer();
    for (let count = 1; count < 100; count++) await invite(server, editor, room_id);
    const { id } = await invite(server, editor, room_id);
    await declined(server, `POST ${invitations}`, editor, 'forbidden', sending({ role: 'viewer' }));
    await invite(server, editor, 'song:43');
    await call(server, `DELETE ${invitations}/${id}`, editor);
    await invite(server, editor, room_id);
  }).timeout(60_000);

  it('ends when its time is over, and its guests go', async () => {
    mock.timers.enable({ apis: ['setInterval'] });
    const now = Date.now;
    try {
      const server = await startServer();
      const { invitation } = await invite(server, editor, room_id, { expires_in_s: 60 });
      const guest = await guestIn(server, room_id, invitation, 'Ben');
      Date.now = () => now() + 61_000;
      const removed = next(guest, 'room_removed');
      mock.timers.tick(20_000);
      assert.deepEqual(await removed, { room_id, reason: 'role_withdrawn' });
      assert.equal((await come(server, invitation, 'Ben')).status, 401);
      assert.deepEqual((await call(server, `GET ${invitations}`, host)).body.invitations, []);
    } finally {
      Date.now = now;
      mock.timers.reset();
    }
  });

  it('is opaque, is no token, and is not guessed from another', async () => {
    const server = await startServer();
    const { invitation } = await invite(server, editor, room_id);
    assert.equal(
      (await refusedHandshake(clientOf(server, { auth: { token: invitation } }))).error_code,
      'unauthorized',
    );
    const [org_id, room, id] = JSON.parse(Buffer.from(invitation.split('.')[1] ?? '', 'base64url').toString());
    const text = (...parts: unknown[]) => `invitation.${Buffer.from(JSON.stringify(parts)).toString('base64url')}`;
    const others = [
      text(org_id, room, id, 'another secret'),
      text(org_id, 'song:43', id, ''),
      text(org_id, room, '__proto__', ''),
      text(org_id, 'a b', id, ''),
      text(org_id, room, id),
      text('x'.repeat(129), room, id, ''),
      'invitation.',
      tokenFor({ ...editor, scope: 'invite' }),
      '',
    ];
    for (const other of others) assert.equal((await come(server, other, 'Eve')).status, 401, other);
    assert.equal((await call(server, 'POST /api/v1/guests', undefined, sending({}))).status, 401);
  });

  it('is struck out of the log, wherever it came in', async () => {
    const lines: string[] = [];
    const logger = pino({ level: 'trace' }, redacting({ write: (line) => lines.push(line) }));
    const server = await startServer({ logger });
    const { invitation } = await invite(server, editor, room_id);
    logger.info({ invitation }, `came with ${invitation}`);
    assert.match(lines.join(), /came with \[token\]/);
    assert.ok(!lines.join().includes(invitation.slice(11)));
  });

  it('is refused as too often where somebody guesses', async () => {
    const server = await startServer({ limitAuthFailures: '2/60' });
    const { invitation } = await invite(server, editor, room_id);
    const statuses = [];
    for (let count = 0; count < 3; count++) statuses.push((await come(server, `${invitation}x`, 'Eve')).status);
    assert.deepEqual(statuses, [401, 401, 429]);
    await tokenOfGuest(server, invitation, 'Ben');
  });

  it('is there after a restart, also where JWT_SECRET is another one', async () => {
    const log = createMemoryLog();
    const server = await startServer({ log });
    const { invitation } = await invite(server, editor, room_id);
    const old = await tokenOfGuest(server, invitation, 'Ben');
    await server.close();
    const again = await startServer({ log, jwtSecret: ['another secret of thirty-two bytes.', secret] });
    const guest = await guestIn(again, room_id, invitation, 'Ben');
    await request(guest, 'authenticate', { token: old });
  });

  it('is not made where the application alone can sign tokens', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = publicKey.export({ type: 'spki', format: 'pem' }) as string;
    const server = await startServer({ jwtSecret: undefined, jwtPublicKey: pem });
    const token = jwt.sign(editor, privateKey, { algorithm: 'ES256' });
    const { status } = await call(server, `POST ${invitations}`, undefined, sending({ role: 'viewer' }, token));
    assert.equal(status, 404);
  });
});

describe('who has made an invitation', () => {
  it('is asked about when it is used, at each join, and while it is in use: the lower role counts', async () => {
    mock.timers.enable({ apis: ['setInterval'] });
    try {
      const roles: Record<string, Role | undefined> = { ada: 'editor' };
      const asked: string[] = [];
      const server = await startServer({
        authorize({ user_id }) {
          asked.push(user_id);
          return roles[user_id];
        },
      });
      const { invitation } = await invite(server, { sub: 'ada', rooms: {} }, room_id);
      const guest = await guestIn(server, room_id, invitation, 'Ben');
      await request(guest, 'collaboration_operation', { room_id, operation: ['x'] });
      roles.ada = 'viewer';
      mock.timers.tick(20_000);
      await until(async () => (await request(guest, 'get_room_state', { room_id })).role === 'viewer');
      await request(guest, 'join_room', { room_id });
      await refused(guest, 'collaboration_operation', { room_id, operation: ['x'] }, 'forbidden');
      roles.ada = undefined;
      const removed = next(guest, 'room_removed');
      mock.timers.tick(20_000);
      assert.deepEqual(await removed, { room_id, reason: 'role_withdrawn' });
      await refused(guest, 'join_room', { room_id }, 'forbidden');
      assert.equal((await come(server, invitation, 'Ben')).status, 403);
      roles.ada = 'host';
      assert.equal((await request(guest, 'join_room', { room_id })).role, 'editor');
      assert.deepEqual([...new Set(asked)], ['ada']);
    } finally {
      mock.timers.reset();
    }
  });

  it('is not asked about where it is an administrator', async () => {
    const server = await startServer({ authorize: () => undefined });
    const { invitation } = await invite(server, { ...admin, rooms: {} }, room_id);
    await guestIn(server, room_id, invitation, 'Ben');
  });

  it('may invite nobody where who is asked gives it no role, whatever its token says', async () => {
    const server = await startServer({ authorize: () => 'viewer' });
    await declined(server, `POST ${invitations}`, editor, 'forbidden', sending({ role: 'editor' }));
    await invite(server, editor, room_id, { role: 'viewer' });
  });

  it('and is kicked takes its guests along, and its link lets nobody in until it is let in again', async () => {
    const server = await startServer();
    await member(server, editor, { room_id });
    const { invitation } = await invite(server, editor, room_id);
    const other = await invite(server, host, room_id);
    const guest = await guestIn(server, room_id, invitation, 'Ben');
    const stays = await guestIn(server, room_id, other.invitation, 'Cyd');
    const removed = next(guest, 'room_removed');
    await call(server, `DELETE /api/v1/rooms/${room_id}/participants/ada`, host);
    assert.deepEqual(await removed, { room_id, reason: 'role_withdrawn' });
    await refused(guest, 'join_room', { room_id }, 'forbidden');
    assert.equal((await come(server, invitation, 'Dan')).status, 403);
    await request(stays, 'get_room_state', { room_id });
    await call(server, `PUT /api/v1/rooms/${room_id}/participants/ada`, host);
    await request(guest, 'join_room', { room_id });
  });
});

describe('a guest', () => {
  it('is marked as one among the participants, has one name for one key, and does what it may', async () => {
    const known: string[] = [];
    const server = await startServer({ authenticate: ({ sub }) => void known.push(sub) });
    const { invitation } = await invite(server, editor, room_id);
    const ben = await guestIn(server, room_id, invitation, 'Ben');
    const again = await guestOf(server, invitation, 'Ben');
    assert.equal(ben.user_id, again.user_id);
    assert.match(ben.user_id, /^guest-/);
    const { participants } = await request(ben, 'get_room_state', { room_id });
    assert.deepEqual(
      participants.map(({ user_id, name, role, guest }) => ({ user_id, name, role, guest })),
      [{ user_id: ben.user_id, name: 'Ben', role: 'editor', guest: true }],
    );
    await request(ben, 'collaboration_operation', { room_id, operation: ['By Ben'] });
    assert.deepEqual(known, ['ada']);
  });

  it('is announced as one, and members are not', async () => {
    const server = await startServer();
    const ada = await member(server, editor, { room_id });
    const { invitation } = await invite(server, editor, room_id);
    const came = next(ada, 'user_joined');
    const ben = await guestIn(server, room_id, invitation, 'Ben');
    assert.deepEqual(
      (await came).users.map(({ user_id, guest }) => [user_id, guest]),
      [[ben.user_id, true]],
    );
    const { participants } = await request(ben, 'get_participants', { room_id });
    assert.equal(participants.find(({ user_id }) => user_id === 'ada')?.guest, undefined);
  });

  it('is in its room and its inbox, and in nothing else', async () => {
    const server = await startServer({ defaultRole: 'host', authorize: () => 'host' });
    const { invitation } = await invite(server, editor, room_id);
    const ben = await guestIn(server, room_id, invitation, 'Ben');
    for (const other of ['song:43', 'user:ada', 'session:42']) {
      assert.match((await refused(ben, 'join_room', { room_id: other }, 'forbidden')).message, /guest|another/);
    }
    await request(ben, 'join_room', { room_id: `user:${ben.user_id}` });
    const init = sending({}, await tokenOfGuest(server, invitation, 'Ben'));
    const { body: _, ...reading } = init;
    assert.equal((await call(server, `GET /api/v1/rooms/${room_id}`, undefined, reading)).status, 200);
    assert.equal((await call(server, 'GET /api/v1/rooms/song:43', undefined, reading)).status, 403);
  });

  it('invites nobody, sees no invitations, and sends nobody away, whatever its role', async () => {
    const server = await startServer();
    await member(server, editor, { room_id });
    const { invitation, id } = await invite(server, host, room_id, { role: 'host' });
    await guestIn(server, room_id, invitation, 'Ben');
    const token = await tokenOfGuest(server, invitation, 'Ben');
    const routes = [
      `POST ${invitations}`,
      `GET ${invitations}`,
      `GET ${invitations}/${id}`,
      `DELETE ${invitations}/${id}`,
      `GET /api/v1/rooms/${room_id}/kicked`,
      `DELETE /api/v1/rooms/${room_id}/participants/ada`,
      `PUT /api/v1/rooms/${room_id}/participants/ada`,
      'GET /api/v1/rooms',
      `DELETE /api/v1/rooms/${room_id}`,
      'POST /api/v1/publish',
      'DELETE /api/v1/users/ada/connections',
      'GET /api/v1/users/ada/presence',
    ];
    for (const route of routes) {
      const { body: _, ...asking } = sending({ role: 'viewer' }, token);
      const { status } = await call(server, route, undefined, asking);
      assert.equal(status, 403, route);
    }
  });

  it('sees whether those in its room are online, while it is there itself, and of nobody else', async () => {
    const server = await startServer();
    const ada = await member(server, editor, { room_id });
    await connect(server, { sub: 'cyd' });
    const { invitation } = await invite(server, editor, room_id);
    const ben = await guestOf(server, invitation, 'Ben');
    await refused(ben, 'presence_subscribe', { user_ids: ['ada'] }, 'forbidden');
    await request(ben, 'join_room', { room_id });
    await refused(ben, 'presence_subscribe', { user_ids: ['ada', 'cyd'] }, 'forbidden');
    assert.deepEqual((await request(ben, 'presence_subscribe', { user_ids: ['ada'] })).online, ['ada']);
    const heard = [collect(ben, 'user_online'), collect(ben, 'user_offline')];
    const watcher = await connect(server, { sub: 'dan' });
    await request(watcher, 'presence_subscribe', { user_ids: ['ada'] });
    const gone = next(watcher, 'user_offline');
    ada.disconnect();
    await gone;
    const back = next(watcher, 'user_online');
    await connect(server, { sub: 'ada' });
    await back;
    await caughtUp(ben);
    assert.deepEqual(heard, [[], []]);
  }).timeout(30_000);

  it('does not hear what is published to everyone', async () => {
    const server = await startServer();
    const ada = await connect(server, editor);
    const { invitation } = await invite(server, editor, room_id);
    const ben = await guestIn(server, room_id, invitation, 'Ben');
    const heard = collect(ben, 'event');
    const told = next(ada, 'event');
    const service = { sub: 'service', scope: 'publish' };
    await call(server, 'POST /api/v1/publish', service, sending({ all: true, type: 'news.told' }));
    await told;
    await caughtUp(ben);
    assert.deepEqual(heard, []);
  });

  it('has a token that is good for nothing else, and none of the application’s makes one', async () => {
    const server = await startServer();
    const { invitation, id } = await invite(server, editor, room_id);
    const token = await tokenOfGuest(server, invitation, 'Ben');
    const { header, payload } = jwt.decode(token, { complete: true }) ?? assert.fail();
    assert.equal(header.typ, 'guest+jwt');
    assert.throws(() => jwt.verify(token, secret));
    const claims = payload as jwt.JwtPayload;
    assert.deepEqual([claims.room, claims.invitation, claims.rooms, claims.scope], [room_id, id, undefined, undefined]);
    const forge = (key: jwt.Secret, typ: string) => jwt.sign(claims, key, { header: { alg: 'HS256', typ } });
    const derived = createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', 'tutti guest token', 32)));
    for (const forged of [forge(secret, 'guest+jwt'), forge(derived, 'JWT'), `${token.slice(0, -2)}xx`]) {
      const refusal = await refusedHandshake(clientOf(server, { auth: { token: forged } }));
      assert.equal(refusal.error_code, 'unauthorized');
    }
    const same = clientOf(server, { auth: { token: forge(secret, 'JWT') } });
    same.connect();
    await next(same, 'connected');
    await refused(same, 'join_room', { room_id }, 'forbidden');
  });

  it('stays a guest on its connection, and a user a user', async () => {
    const server = await startServer();
    const { invitation } = await invite(server, editor, room_id);
    const ben = await guestIn(server, room_id, invitation, 'Ben');
    const token = tokenFor({ sub: ben.user_id });
    await refused(ben, 'authenticate', { token }, 'unauthorized');
    const user = clientOf(server, { auth: { token } });
    user.connect();
    await next(user, 'connected');
    await refused(user, 'authenticate', { token: await tokenOfGuest(server, invitation, 'Ben') }, 'unauthorized');
    await request(ben, 'authenticate', { token: await tokenOfGuest(server, invitation, 'Ben') });
  });

  it('is who comes to a demo by an invitation; other visitors are hosts of everything', async () => {
    const server = await startServer({ jwtSecret: undefined });
    const visitor = await call(server, 'POST /api/v1/guests', undefined, sending({ key: 'k'.repeat(16), name: 'Ann' }));
    const init = sending({ role: 'viewer' }, visitor.body.token);
    const { body } = await call(server, `POST ${invitations}`, undefined, init);
    const ben = await guestIn(server, room_id, body.invitation, 'Ben');
    const { role, participants } = await request(ben, 'get_room_state', { room_id });
    assert.deepEqual([role, participants[0]?.guest], ['viewer', true]);
    await refused(ben, 'join_room', { room_id: 'song:43' }, 'forbidden');
    const ann = clientOf(server, { auth: { token: visitor.body.token } });
    ann.connect();
    await next(ann, 'connected');
    const state = await request(ann, 'join_room', { room_id: 'song:43' });
    assert.deepEqual([state.role, state.participants[0]?.guest], ['host', undefined]);
  });
});

describe('members first', () => {
  it('in a full room the newest guest gives way to a member, and no member to a guest', async () => {
    const server = await startServer({ maxParticipantsPerRoom: 3 });
    const { invitation } = await invite(server, editor, room_id);
    const guests = [
      await guestIn(server, room_id, invitation, 'Ben'),
      await guestIn(server, room_id, invitation, 'Cyd'),
    ];
    await member(server, { sub: 'ada' }, { room_id });
    const dan = await guestOf(server, invitation, 'Dan');
    await refused(dan, 'join_room', { room_id }, 'room_full');
    for (const [sub, guest] of [
      ['eve', guests[1]],
      ['flo', guests[0]],
    ] as const) {
      assert.ok(guest);
      const removed = next(guest, 'room_removed');
      await member(server, { sub }, { room_id });
      assert.deepEqual(await removed, { room_id, reason: 'room_full' });
    }
    await refused(await connect(server, { sub: 'gus' }), 'join_room', { room_id }, 'room_full');
    await refused(guests[0] ?? assert.fail(), 'join_room', { room_id }, 'room_full');
  });
});

describe('who was kicked', () => {
  const place = `/api/v1/rooms/${room_id}/participants`;

  it('stays out, whatever token it brings, until a host lets it in again', async () => {
    const server = await startServer();
    const ada = await member(server, editor, { room_id });
    const removed = next(ada, 'room_removed');
    await call(server, `DELETE ${place}/ada`, host);
    await removed;
    for (const claims of [editor, { ...editor, rooms: { '*': 'host' } }]) {
      const again = await connect(server, claims);
      assert.match((await refused(again, 'join_room', { room_id }, 'forbidden')).message, /kicked from song:42/);
      await request(again, 'join_room', { room_id: 'song:43' });
      await declined(server, `GET /api/v1/rooms/${room_id}`, claims, 'forbidden');
    }
    const { body } = await call(server, `GET /api/v1/rooms/${room_id}/kicked`, host);
    assert.deepEqual(
      body.kicked.map(({ user_id }: { user_id: string }) => user_id),
      ['ada'],
    );
    await declined(server, `GET /api/v1/rooms/${room_id}/kicked`, { ...editor, sub: 'ben' }, 'forbidden');
    await declined(server, `PUT ${place}/ada`, { ...editor, sub: 'ben' }, 'forbidden');
    await declined(server, `PUT ${place}/ada`, editor, 'forbidden');
    assert.equal((await call(server, `PUT ${place}/ada`, host)).status, 200);
    await declined(server, `PUT ${place}/ada`, host, 'not_found');
    await request(ada, 'join_room', { room_id });
  });

  it('stays out after a restart', async () => {
    const log = createMemoryLog();
    const server = await startServer({ log });
    await member(server, editor, { room_id });
    await call(server, `DELETE ${place}/ada`, host);
    await server.close();
    await refused(await connect(await startServer({ log }), editor), 'join_room', { room_id }, 'forbidden');
  });

  it('and was a guest does not come back by another invitation: the same key is the same guest', async () => {
    const server = await startServer();
    const { invitation } = await invite(server, editor, room_id);
    const ben = await guestIn(server, room_id, invitation, 'Ben');
    const removed = next(ben, 'room_removed');
    await call(server, `DELETE ${place}/${ben.user_id}`, host);
    assert.deepEqual(await removed, { room_id, reason: 'kicked' });
    const other = await invite(server, host, room_id);
    for (const each of [invitation, other.invitation]) {
      await refused(await guestOf(server, each, 'Ben'), 'join_room', { room_id }, 'forbidden');
    }
    await call(server, `PUT ${place}/${ben.user_id}`, admin);
    await request(ben, 'join_room', { room_id });
  });
});
