import assert from 'node:assert/strict';
import { Client as Application, memoryStorage } from '../../client/index.ts';
import { createMemoryLog } from '../../server/logs/memory.ts';
import type { Role } from '../../shared/rooms.ts';
import { cleanup } from '../support/cleanup.ts';
import { startAsking } from '../support/roles.ts';
import {
  ask,
  type Client,
  caughtUp,
  collect,
  connect,
  member,
  next,
  refused,
  request,
  startServer,
  tokenFor,
} from '../support/server.ts';
import { startService } from '../support/service.ts';
import { until } from '../support/until.ts';

const room_id = 'song:42';
const as = (role: Role, sub = 'ada') => ({ sub, rooms: { [room_id]: role } });

/** Gives a connection another token. */
function become(client: Client, role: Role, sub = 'ada') {
  return request(client, 'authenticate', { token: tokenFor(as(role, sub)) });
}

/** What a client is told of roles, its own and those of others. */
function rolesTold(client: Client): string[] {
  const told: string[] = [];
  client.on('role_changed', (change) => told.push(`${change.room_id} ${change.role}`));
  client.on('user_joined', ({ users }) => told.push(...users.map(({ user_id, role }) => `${user_id} ${role}`)));
  return told;
}

/** What waits until it is opened. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

describe('a role that changes', () => {
  it('by a new token is told to its connection before the answer, and to everyone as a participant’s', async () => {
    const server = await startServer();
    const ben = await member(server, as('editor', 'ben'), { room_id });
    const his = rolesTold(ben);
    const ada = await member(server, as('viewer'), { room_id });
    const other = await member(server, as('viewer'), { room_id, client_id: 'other' });
    await until(() => his.length === 1);
    const [hers, others] = [rolesTold(ada), rolesTold(other)];
    const answered = become(ada, 'editor').then(() => hers.includes(`${room_id} editor`));
    assert.equal(await answered, true);
    await until(() => his.length > 1 && hers.length > 1 && others.length > 0);
    await become(ada, 'editor');
    for (const client of [ada, ben, other]) await caughtUp(client);
    assert.deepEqual(hers.sort(), ['ada editor', `${room_id} editor`]);
    assert.deepEqual(his, ['ada viewer', 'ada editor']);
    assert.deepEqual(others, ['ada editor']);
    const { participants } = await request(other, 'get_room_state', { room_id });
    assert.deepEqual(participants.map(({ user_id, role }) => `${user_id} ${role}`).sort(), [
      'ada editor',
      'ben editor',
    ]);
    await request(ada, 'collaboration_operation', { room_id, operation: ['x'] });
    await refused(other, 'collaboration_operation', { room_id, operation: ['x'] }, 'forbidden');
  });

  it('is the highest of its user’s connections to others', async () => {
    const server = await startServer();
    const ben = await member(server, as('editor', 'ben'), { room_id });
    const told = rolesTold(ben);
    const viewer = await member(server, as('viewer'), { room_id, client_id: 'viewer' });
    await until(() => told.length === 1);
    const host = await member(server, as('host'), { room_id, client_id: 'host' });
    await until(() => told.length === 2);
    await become(viewer, 'editor');
    host.disconnect();
    await until(() => told.length === 3);
    assert.deepEqual(told, ['ada viewer', 'ada host', 'ada editor']);
  });

  it('is told with a name that a new token brings', async () => {
    const server = await startServer();
    const ben = await member(server, as('editor', 'ben'), { room_id });
    const came = next(ben, 'user_joined');
    const ada = await member(server, as('editor'), { room_id });
    const told = collect(ada, 'role_changed');
    const [first] = (await came).users;
    const renamed = next(ben, 'user_joined');
    await request(ada, 'authenticate', { token: tokenFor({ ...as('editor'), name: 'Ada Archer' }) });
    assert.deepEqual((await renamed).users, [{ ...first, name: 'Ada Archer' }]);
    assert.deepEqual(told, []);
  });

  it('by the application’s hook is told within 20 seconds, and once', async () => {
    let role: Role = 'viewer';
    const { server, askAgain } = await startAsking({ authorize: () => role });
    const ada = await member(server, { sub: 'ada', rooms: {} }, { room_id });
    const told = collect(ada, 'role_changed');
    for (role of ['editor', 'editor', 'viewer', 'host'] as const) {
      askAgain();
      await caughtUp(ada);
    }
    await until(() => told.length > 2);
    assert.deepEqual(
      told,
      ['editor', 'viewer', 'host'].map((role) => ({ room_id, role })),
    );
    await request(ada, 'collaboration_operation', { room_id, operation: ['x'] });
  });

  it('by AUTHORIZE_URL is told within 20 seconds', async () => {
    let role: Role = 'viewer';
    const authorizeUrl = await startService((_, response) => response.end(JSON.stringify({ role })));
    const { server, askAgain } = await startAsking({ authorizeUrl });
    const ada = await member(server, { sub: 'ada', rooms: {} }, { room_id });
    for (role of ['editor', 'viewer'] as const) {
      const told = next(ada, 'role_changed');
      askAgain();
      assert.deepEqual(await told, { room_id, role });
    }
    await refused(ada, 'collaboration_operation', { room_id, operation: ['x'] }, 'forbidden');
  });
});

describe('a role that changes while', () => {
  it('a join is under way is told by its answer', async () => {
    const log = createMemoryLog();
    const load = log.load.bind(log);
    const [loading, loaded] = [gate(), gate()];
    log.load = async (room) => {
      if (room.includes('/song:')) {
        loading.open();
        await loaded.opened;
      }
      return load(room);
    };
    const ada = await connect(await startServer({ log }), as('viewer'));
    const told = collect(ada, 'role_changed');
    const join = request(ada, 'join_room', { room_id });
    await loading.opened;
    await become(ada, 'editor');
    loaded.open();
    assert.equal((await join).role, 'editor');
    await become(ada, 'host');
    assert.deepEqual(told, [{ room_id, role: 'host' }]);
  });

  it('its room is left is told no more', async () => {
    const asked: ((role: Role) => void)[] = [];
    const server = await startServer({ authorize: () => new Promise<Role>((answer) => asked.push(answer)) });
    const ada = await connect(server, { sub: 'ada', rooms: { [room_id]: 'viewer' } });
    await request(ada, 'join_room', { room_id });
    const told = collect(ada, 'role_changed');
    const answered = request(ada, 'authenticate', { token: tokenFor({ sub: 'ada', rooms: {} }) });
    await until(() => asked.length === 1);
    await request(ada, 'leave_room', { room_id });
    asked[0]?.('editor');
    await answered;
    assert.deepEqual(told, []);
  });

  it('an operation is on its way to the log counts for the next one', async () => {
    const log = createMemoryLog();
    const append = log.append.bind(log);
    const [appending, appended] = [gate(), gate()];
    log.append = async (...args) => {
      appending.open();
      await appended.opened;
      return append(...args);
    };
    const ada = await member(await startServer({ log }), as('editor'), { room_id });
    const taken = ask(ada, 'collaboration_operation', { room_id, operation: ['x'], sequence: 1 });
    await appending.opened;
    await become(ada, 'viewer');
    await refused(ada, 'collaboration_operation', { room_id, operation: ['y'], sequence: 2 }, 'forbidden');
    appended.open();
    assert.deepEqual(await taken, { ok: true, revision: 1 });
    await become(ada, 'editor');
    await request(ada, 'collaboration_operation', { room_id, operation: ['y'], sequence: 2 });
  });
});

describe('a client whose role changes', () => {
  it('writes from then on without joining again, and sends what it could not send before', async () => {
    const server = await startServer();
    const roles: Role[] = ['editor', 'viewer'];
    const client = new Application(server.url, {
      token: () => tokenFor(as(roles.shift() ?? 'viewer')),
      storage: memoryStorage(),
    });
    cleanup(() => client.disconnect());
    client.connect();
    const room = client.room(room_id);
    await until(() => room.role === 'editor');
    client.disconnect();
    room.text.insert(0, 'kept');
    client.connect();
    await until(() => room.role === 'viewer' && room.state.status === 'joined');
    assert.throws(() => room.text.insert(0, 'x'), { error_code: 'forbidden' });
    assert.equal(room.hasUnsent, true);
    const asked: string[] = [];
    const ask = client.ask.bind(client);
    client.ask = (event, ...rest) => {
      asked.push(event);
      return ask(event, ...rest);
    };
    await client.request('authenticate', { token: tokenFor(as('editor')) });
    assert.equal(room.role, 'editor');
    await room.text.stored();
    room.text.insert(0, 'and ');
    await room.text.stored();
    assert.deepEqual(
      asked.filter((event) => event !== 'ping'),
      ['authenticate'],
    );
    await until(() => room.participants[0]?.role === 'editor');
    const eve = await connect(server, as('viewer', 'eve'));
    assert.equal((await request(eve, 'join_room', { room_id })).document?.content, 'and kept');
    await client.request('authenticate', { token: tokenFor(as('viewer')) });
    assert.equal(room.role, 'viewer');
  });
});
