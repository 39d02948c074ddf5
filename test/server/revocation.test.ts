import assert from 'node:assert/strict';
import { type BanChange, banned } from '../../server/access/banned.ts';
import { openLmdbLog } from '../../server/logs/lmdb.ts';
import { createMemoryLog } from '../../server/logs/memory.ts';
import { type ErrorCode, Refusal, refusalCodes } from '../../shared/refusals.ts';
import { call } from '../support/http.ts';
import { temporaryDirectory } from '../support/process.ts';
import { administrator } from '../support/revocation.ts';
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

const seconds = () => Math.floor(Date.now() / 1000);

/** Refused at the handshake and over HTTP. */
async function keptOut(server: { url: string }, claims: object, code: ErrorCode): Promise<void> {
  const refusal = await refusedHandshake(clientOf(server, { auth: { token: tokenFor(claims) } }));
  assert.equal(refusal.error_code, code, refusal.message);
  const { status } = await call(server, 'GET /api/v1/rooms/song:1', claims);
  assert.equal(status, refusalCodes[code] - 4000);
}

/** Why a connection is ended by the server. */
async function ended(client: Client): Promise<[ErrorCode, boolean | undefined, string]> {
  const gone = new Promise<string>((resolve) => client.once('disconnect', resolve));
  const { error_code, fatal } = await next(client, 'error');
  return [error_code, fatal, await gone];
}

describe('a token that is revoked', () => {
  it('by its jti: lets nobody in, ends what it let in, and others of the user go on', async () => {
    const server = await startServer();
    const [one, other] = [
      await connect(server, { sub: 'ada', jti: 'one' }),
      await connect(server, { sub: 'ada', jti: 'other' }),
    ];
    const end = ended(one);
    assert.deepEqual(await administrator(server).revoke({ jti: 'one' }), { ok: true, jti: 'one', until: null });
    assert.deepEqual(await end, ['unauthorized', true, 'io server disconnect']);
    await administrator(server).revoke({ jti: 'one', until: Date.now() + 1_000 });
    await keptOut(server, { sub: 'ada', jti: 'one' }, 'unauthorized');
    await refused(other, 'authenticate', { token: tokenFor({ sub: 'ada', jti: 'one' }) }, 'unauthorized');
    await request(other, 'authenticate', { token: tokenFor({ sub: 'ada', jti: 'third' }) });
    await connect(server, { sub: 'ben', jti: 'constructor' });
  });

  it('that a new one has taken the place of, on a live connection, ends nothing', async () => {
    const server = await startServer();
    const ada = await connect(server, { sub: 'ada', jti: 'one' });
    await request(ada, 'authenticate', { token: tokenFor({ sub: 'ada', jti: 'other' }) });
    await administrator(server).revoke({ jti: 'one' });
    await request(ada, 'ping', {});
  });

  it('by its user and when it was issued: those of before, and those that do not say when', async () => {
    const server = await startServer();
    const old = await connect(server, { sub: 'ada', iat: seconds() - 100 });
    const young = await connect(server, { sub: 'ada', iat: seconds() + 2 });
    const ben = await connect(server, { sub: 'ben', iat: seconds() - 100 });
    const end = ended(old);
    const { issued_before } = await administrator(server).revoke({ user_id: 'ada' });
    assert.ok(Math.abs(issued_before - Date.now()) < 10_000);
    assert.deepEqual((await end).slice(0, 2), ['unauthorized', true]);
    await keptOut(server, { sub: 'ada', iat: seconds() - 100 }, 'unauthorized');
    const { error_code } = await refusedHandshake(
      clientOf(server, { auth: { token: tokenFor({ sub: 'ada' }, { noTimestamp: true }) } }),
    );
    assert.equal(error_code, 'unauthorized');
    await request(young, 'ping', {});
    await request(ben, 'ping', {});
    await connect(server, { sub: 'ada', iat: seconds() + 2 });
  });

  it('earlier than before: what was revoked stays so', async () => {
    const server = await startServer();
    const root = administrator(server);
    await root.revoke({ user_id: 'ada', issued_before: Date.now() - 50_000 });
    await root.revoke({ user_id: 'ada', issued_before: Date.now() - 200_000 });
    await keptOut(server, { sub: 'ada', iat: seconds() - 100 }, 'unauthorized');
    await connect(server, { sub: 'ada', iat: seconds() - 10 });
  });
});

describe('a user who is blocked', () => {
  it('is refused as forbidden, its connections end at once, and it may come back when it is let in again', async () => {
    const server = await startServer();
    const ada = await connect(server, { sub: 'ada' });
    const again = await connect(server, { sub: 'ada' });
    const ben = await connect(server, { sub: 'ben' });
    const ends = [ended(ada), ended(again)];
    const root = administrator(server);
    assert.deepEqual(await root.block('ada'), { ok: true, user_id: 'ada', blocked: true });
    for (const end of ends) assert.deepEqual(await end, ['forbidden', true, 'io server disconnect']);
    await keptOut(server, { sub: 'ada' }, 'forbidden');
    await root.block('ada');
    await request(ben, 'ping', {});
    assert.deepEqual(await root.unblock('ada'), { ok: true, user_id: 'ada', blocked: false });
    await root.unblock('ada');
    await connect(server, { sub: 'ada' });
  });

  it('is one of the administrator’s tenant', async () => {
    const server = await startServer();
    const elsewhere = await connect(server, { sub: 'ada', org_id: 'elsewhere' });
    await administrator(server, 'band').block('ada');
    await request(elsewhere, 'ping', {});
    await connect(server, { sub: 'ada' });
    await keptOut(server, { sub: 'ada', org_id: 'band' }, 'forbidden');
  });

  it('stays so after a restart, and so does a revoked token', async () => {
    const directory = temporaryDirectory();
    const first = await startServer({ log: await openLmdbLog({ directory }) });
    const root = administrator(first);
    await root.block('ada');
    await root.revoke({ jti: 'x', until: Date.now() + 3_600_000 });
    // Beyond a snapshot of the ledger.
    for (let user = 0; user < 120; user++) await root.block(`user ${user}`);
    await first.close();
    const second = await startServer({ log: await openLmdbLog({ directory }) });
    await keptOut(second, { sub: 'ada' }, 'forbidden');
    await keptOut(second, { sub: 'user 119' }, 'forbidden');
    await keptOut(second, { sub: 'ben', jti: 'x' }, 'unauthorized');
    await connect(second, { sub: 'ben', jti: 'y' });
  });
});

describe('the routes to revoke and to block', () => {
  it('are for administrators alone', async () => {
    const server = await startServer();
    for (const route of [
      'POST /api/v1/tokens/revoke',
      'PUT /api/v1/users/ada/block',
      'DELETE /api/v1/users/ada/block',
    ]) {
      assert.equal((await call(server, route)).status, 401, route);
      assert.equal((await call(server, route, { sub: 'ben', scope: 'publish' })).status, 403, route);
    }
    await connect(server, { sub: 'ada' });
  });

  it('refuse what makes no sense, and change nothing', async () => {
    const log = createMemoryLog();
    const server = await startServer({ log });
    const bodies = [
      {},
      [],
      { jti: '' },
      { jti: '__proto__' },
      { jti: 7 },
      { jti: 'x'.repeat(257) },
      { jti: 'x', user_id: 'ada' },
      { jti: 'x', until: Date.now() - 1_000 },
      { jti: 'x', until: seconds() + 60 },
      { user_id: '' },
      { user_id: '\ud800' },
      { user_id: 'ada', issued_before: seconds() },
      { user_id: 'ada', issued_before: 'now' },
    ];
    const root = { sub: 'root', scope: 'admin' };
    for (const body of bodies) {
      const { status } = await call(server, 'POST /api/v1/tokens/revoke', root, { body: JSON.stringify(body) });
      assert.equal(status, 400, JSON.stringify(body));
    }
    for (const user of ['root', 'x'.repeat(129), '__proto__']) {
      assert.equal((await call(server, `PUT /api/v1/users/${user}/block`, root)).status, 400, user);
    }
    assert.equal((await log.load(':bans//')).revision, 0);
  });
});

describe('where the store does not answer', () => {
  /** A store that can be away. */
  function troubled() {
    const log = createMemoryLog();
    const store = { log, isAway: false };
    const load = log.load.bind(log);
    log.load = async (room) => {
      if (store.isAway) throw new Refusal('unavailable', 'the store is away', { retry_after_ms: 1 });
      return load(room);
    };
    return store;
  }

  it('who is known of goes on, or stays out', async () => {
    const store = troubled();
    const server = await startServer({ log: store.log });
    await administrator(server).block('ada');
    store.isAway = true;
    await keptOut(server, { sub: 'ada' }, 'forbidden');
    await connect(server, { sub: 'ben' });
  });

  it('everything is closed to those of whom nobody knows whether they may come in, and opens when that is known', async () => {
    const store = troubled();
    const band = { org_id: 'band', rooms: { '*': 'editor' } };
    await administrator(await startServer({ log: store.log }), 'band').block('ada');
    const server = await startServer({ log: store.log });
    store.isAway = true;
    const ada = await connect(server, { sub: 'ada', ...band });
    const ben = await connect(server, { sub: 'ben', ...band });
    for (const client of [ada, ben]) {
      await refused(client, 'join_room', { room_id: 'song:1' }, 'unavailable');
      await refused(client, 'presence_subscribe', { user_ids: ['cem'] }, 'unavailable');
      assert.equal((await call(server, 'GET /api/v1/rooms/song:1', { sub: 'ben', ...band })).status, 503);
    }
    const end = ended(ada);
    store.isAway = false;
    await request(ben, 'join_room', { room_id: 'song:1' });
    assert.deepEqual((await end).slice(0, 2), ['forbidden', true]);
  });
});

describe('what is kept of bans', () => {
  const made = (changes: BanChange[], timestamp = 1) =>
    changes.reduce((state, change) => banned.apply(state, { change, user_id: 'root', timestamp }), banned.create());

  it('is no token that has expired a day ago, by whatever clock', () => {
    const day = 24 * 60 * 60 * 1000;
    const revoked = (jti: string, until: number | null): BanChange => ({ type: 'revoke', jti, until });
    const state = made([revoked('old', 50), revoked('for good', null), revoked('just', 200)]);
    const change = revoked('new', day);
    const after = banned.apply(state, { change, user_id: 'root', timestamp: day + 100 });
    assert.deepEqual(after.revoked, { 'for good': null, just: 200, new: day });
  });

  it('ends at ten thousand of each, which is said', async () => {
    const users = Object.fromEntries(Array.from({ length: 10_000 }, (_, user) => [`user ${user}`, 1]));
    const log = createMemoryLog();
    const { epoch } = (await log.append(':bans//', {
      epoch: '',
      after: 0,
      entries: [{ operation: { type: 'block', user_id: 'x' }, client_id: 'ledger', user_id: 'root', timestamp: 1 }],
    })) as { epoch: string };
    const content = { ...banned.create(), blocked: users };
    await log.snapshot(':bans//', { epoch, revision: 1, content }, { entries: 1, bytes: 1 });
    const server = await startServer({ log });
    const { status, body } = await call(server, 'PUT /api/v1/users/ada/block', { sub: 'root', scope: 'admin' });
    assert.deepEqual([status, body.error.error_code], [413, 'too_large']);
    await administrator(server).unblock('user 7');
    await administrator(server).block('ada');
    await keptOut(server, { sub: 'ada' }, 'forbidden');
  });
});
