import assert from 'node:assert/strict';
import { HeldQuestions } from '../support/held.ts';
import { shareRedis } from '../support/instances.ts';
import { clientOf, connect, next, request, stateOf, tokenFor } from '../support/server.ts';
import { until } from '../support/until.ts';

const room_id = 'song:1';
const limitJoins = '120/60';

/** The commands that name one of these, without what is only told: nobody waits for that. */
function asked(commands: string[][], ...names: string[]): string[] {
  const told = ['PUBLISH', 'SET', 'ZADD'];
  return commands
    .filter((command) => command.some((argument) => names.some((name) => argument.includes(name))))
    .map(([name = '']) => name.toUpperCase())
    .filter((name) => !told.includes(name));
}

describe('with Redis', () => {
  const shared = shareRedis();

  it('a handshake goes there and back once, its inbox once more, and a join of a room in memory once', async () => {
    const way = await HeldQuestions.open(shared.redis.port);
    const server = await shared.instance({ redisUrl: [`redis://127.0.0.1:${way.port}`], limitJoins });
    const ada = await connect(server, { sub: 'ada' });
    await request(ada, 'join_room', { room_id });
    way.hold();

    const ben = clientOf(server, { auth: { token: tokenFor({ sub: 'ben' }) } });
    const [connected, entered] = [next(ben, 'connected'), stateOf(ben, 'user:ben')];
    ben.connect();
    const first = ['penalty:', 'returning:', 'places:', 'places:', 'limit:joins'];
    await until(() => first.every((name) => way.count(name) === first.filter((other) => other === name).length));
    way.letThrough();
    await connected;
    await until(() => way.count('{/user:ben}:head') === 1);
    way.letThrough();
    await entered;

    const joined = request(ben, 'join_room', { room_id });
    await until(() => way.count('HGET') === 1 && way.count('\r\nben\r\n') === 1);
    way.letThrough();
    await joined;
  });

  it('a handshake asks five things, and one for the inbox; a join of a room in memory two, and tells of it', async () => {
    const server = await shared.instance({ limitJoins });
    const ada = await connect(server, { sub: 'ada' });
    await request(ada, 'join_room', { room_id });
    const ben = clientOf(server, { auth: { token: tokenFor({ sub: 'ben' }) } });
    const entered = stateOf(ben, 'user:ben');
    const handshake = await shared.redis.watch(() => {
      ben.connect();
      return entered;
    });
    // Whether the user has flooded, was there lately, has a place, as its address has, and points for joins: at once.
    const first = asked(handshake, 'penalty:', 'returning:', 'places:', 'limit:');
    assert.deepEqual(first.sort(), ['EVALSHA', 'EVALSHA', 'EVALSHA', 'EVALSHA', 'EXISTS']);
    assert.deepEqual(asked(handshake, 'user:ben}'), ['EVALSHA']);

    const join = asked(await shared.redis.watch(() => request(ben, 'join_room', { room_id })), room_id);
    // What its client has written, and a place; that it came, and that the place is not reserved any more.
    assert.equal(join.filter((name) => name === 'HGET').length, 1);
    assert.ok(join.length <= 4, join.join());
  });
});
