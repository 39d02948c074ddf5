import assert from 'node:assert/strict';
import { call } from '../support/http.ts';
import { shareRedis } from '../support/instances.ts';
import { ask, type Client, connect, hears, member, next, refused, request, tokenFor } from '../support/server.ts';
import { until } from '../support/until.ts';

const room_id = 'song:42';

describe('presence on several instances', function () {
  this.timeout(120_000);

  const shared = shareRedis();
  const { instance, pair, mortal } = shared;

  function join(server: { url: string }, sub: string, claims: object = {}): Promise<Client> {
    return member(server, { sub, ...claims }, { room_id });
  }

  /** Resolves when a client is told that just these users are in the room, by itself and when it asks. */
  async function sees(client: Client, ...user_ids: string[]): Promise<void> {
    await until(async () => {
      const { participants, participant_count } = await request(client, 'get_room_state', { room_id });
      const seen = participants.map(({ user_id }) => user_id).sort();
      return participant_count === user_ids.length && seen.join() === user_ids.sort().join();
    });
  }

  /** What a client is told of who comes and goes, such as `+ada` and `-ada`. */
  function changes(client: Client): string[] {
    const heard: string[] = [];
    client.on('user_joined', ({ users }) => heard.push(...users.map(({ user_id }) => `+${user_id}`)));
    client.on('user_left', ({ users }) => heard.push(...users.map(({ user_id }) => `-${user_id}`)));
    return heard;
  }

  /** Resolves when instances have renewed their leases so many times more. */
  async function renewals(count: number): Promise<void> {
    const read = () => shared.redis.command('zrange', 'tutti:0:leases', '0', '-1', 'withscores');
    for (let at = read(), seen = 0; seen < count; seen++) {
      await until(() => read() !== at);
      at = read();
    }
  }

  describe('of a room', () => {
    it('is told to who joins, also where nobody was in the room before', async () => {
      const [one, other] = await pair();
      await join(one, 'ada', { name: 'Ada' });
      await until(() => shared.redis.command('hvals', `tutti:0:{/${room_id}}:presents`).includes('"name":"Ada"'));
      const ben = await connect(other, { sub: 'ben' });
      const { participants, participant_count } = await request(ben, 'join_room', { room_id });
      assert.equal(participant_count, 2);
      const { joined_at, ...ada } = participants[0] ?? {};
      assert.equal(typeof joined_at, 'number');
      assert.deepEqual(ada, { user_id: 'ada', name: 'Ada', role: 'editor', connections: 1 });
    });

    it('is told as it changes, once for a user on two instances', async () => {
      const [one, other] = await pair();
      const ada = await join(one, 'ada');
      const heard = changes(ada);
      const ben = await join(other, 'ben');
      await sees(ada, 'ada', 'ben');
      const again = await join(one, 'ben');
      const more = await join(other, 'eve');
      await sees(ada, 'ada', 'ben', 'eve');
      await until(async () => {
        const { participants } = await request(more, 'get_room_state', { room_id });
        return participants.some(({ user_id, connections }) => user_id === 'ben' && connections === 2);
      });
      ben.disconnect();
      more.disconnect();
      await sees(ada, 'ada', 'ben');
      await hears(heard, '+ben', '+eve', '-eve');
      again.disconnect();
      await hears(heard, '+ben', '+eve', '-eve', '-ben');
    });

    it('is told to an instance that comes later all at once, so that nobody seems to go', async () => {
      const [one, other] = await pair();
      const ada = await join(one, 'ada');
      const heardByAda = changes(ada);
      for (const sub of ['ben', 'eve', 'max']) await join(one, sub);
      const dan = await join(other, 'dan');
      const heardByDan = changes(dan);
      await hears(heardByAda, '+ben', '+eve', '+max', '+dan');
      const late = await join(await instance(), 'late');
      await sees(late, 'ada', 'ben', 'dan', 'eve', 'late', 'max');
      await join(one, 'last');
      await until(() => heardByDan.includes('+last'));
      assert.deepEqual(
        heardByDan.filter((change) => change.startsWith('-')),
        [],
      );
      await hears(heardByAda, '+ben', '+eve', '+max', '+dan', '+late', '+last');
    });

    it('gives the higher role of a user on two instances, also when it changes', async () => {
      const [one, other] = await pair();
      const ada = await join(one, 'ada', { rooms: { '*': 'viewer' } });
      await join(other, 'ada', { rooms: { '*': 'host' } });
      const roleOf = async (client: Client) =>
        (await request(client, 'get_room_state', { room_id })).participants[0]?.role;
      await until(async () => (await roleOf(ada)) === 'host');
    });

    it('tells a role that changes: to its connection where that is, and to everyone as its user’s', async () => {
      const [one, other] = await pair();
      const [ada, ben] = [await join(one, 'ada'), await join(other, 'ben')];
      await sees(ada, 'ada', 'ben');
      await sees(ben, 'ada', 'ben');
      const told: string[][] = [ada, ben].map(() => []);
      for (const [index, client] of [ada, ben].entries()) {
        client.on('role_changed', (change) => change.room_id === room_id && told[index]?.push(change.role));
        client.on('user_joined', (change) => {
          const changed = change.users.find(({ user_id }) => user_id === 'ada');
          if (changed && change.room_id === room_id) told[index]?.push(`ada ${changed.role}`);
        });
      }
      for (const role of ['viewer', 'host']) {
        await request(ada, 'authenticate', { token: tokenFor({ sub: 'ada', rooms: { '*': role } }) });
        await until(() => told.every((each) => each.includes(`ada ${role}`)));
      }
      assert.deepEqual(told, [
        ['viewer', 'ada viewer', 'host', 'ada host'],
        ['ada viewer', 'ada host'],
      ]);
      const { participants } = await request(ben, 'get_room_state', { room_id });
      assert.equal(participants.find(({ user_id }) => user_id === 'ada')?.role, 'host');
    });

    it('counts for the cap of participants, and in room lists', async () => {
      const options = { maxParticipantsPerRoom: 2 };
      const [one, other] = await pair(options);
      const ada = await join(one, 'ada');
      const ben = await join(other, 'ben');
      await sees(ada, 'ada', 'ben');
      for (const server of [one, other])
        await refused(await connect(server, { sub: 'eve' }), 'join_room', { room_id }, 'room_full');
      await join(one, 'ben');
      await request(ada, 'collaboration_operation', { room_id, operation: ['x'] });
      const third = await instance();
      for (const server of [one, other, third]) {
        const { body } = await call(server, 'GET /api/v1/rooms', { sub: 'root', scope: 'admin' });
        assert.equal(body.rooms[0].participant_count, 2);
      }
      ben.disconnect();
      await join(third, 'max');
    });

    it('never counts more than the cap, also when many come to all instances at once', async () => {
      const options = { maxParticipantsPerRoom: 5 };
      const servers = await pair(options);
      const names = Array.from({ length: 20 }, (_, index) => `user${index}`);
      const clients = await Promise.all(names.map((sub, at) => connect(servers[at % 2] ?? { url: '' }, { sub })));
      const answers = await Promise.all(clients.map((client) => ask(client, 'join_room', { room_id })));
      assert.deepEqual(answers.map((answer) => (answer.ok ? 'ok' : answer.error.error_code)).sort(), [
        ...Array(5).fill('ok'),
        ...Array(15).fill('room_full'),
      ]);
      clients[answers.findIndex(({ ok }) => ok)]?.disconnect();
      const waiting = clients[answers.findIndex(({ ok }) => !ok)];
      assert.ok(waiting);
      await until(async () => (await ask(waiting, 'join_room', { room_id })).ok);
    });

    it('keeps no place for who leaves while its join is under way', async () => {
      const nobody = () => {};
      let letIn = nobody;
      const server = await instance({
        maxParticipantsPerRoom: 1,
        authorize: () =>
          new Promise((resolve) => {
            letIn = () => resolve('editor');
          }),
      });
      const ben = await connect(await instance({ maxParticipantsPerRoom: 1 }), { sub: 'ben' });
      const ada = await connect(server, { sub: 'ada', rooms: {} });
      for (let late = 0; late < 10; late++) {
        const room = `song:${late}`;
        const asked = ask(ada, 'join_room', { room_id: room });
        await until(() => letIn !== nobody);
        letIn();
        letIn = nobody;
        // So many round trips later: its place is being taken, or has been, or it was let in.
        for (let trip = 0; trip < late; trip++) await request(ada, 'ping', {});
        await request(ada, 'leave_room', { room_id: room });
        await asked;
        await until(() => shared.redis.command('hlen', `tutti:0:{/${room}}:presents`).trim() === '0');
        await request(ben, 'join_room', { room_id: room });
      }
    });

    it('hands the place of a client_id over to another instance, and to nobody else', async () => {
      const [one, other] = await pair();
      const [ada, again] = [await connect(one, { sub: 'ada' }), await connect(other, { sub: 'ada' })];
      const place = { room_id, client_id: 'tab' };
      await request(ada, 'join_room', place);
      const eve = await join(other, 'eve');
      await sees(eve, 'ada', 'eve');
      await refused(eve, 'join_room', place, 'forbidden');
      const removed = next(ada, 'room_removed');
      await request(again, 'join_room', place);
      assert.deepEqual(await removed, { room_id, reason: 'replaced' });
      await until(async () => {
        const { participants } = await request(eve, 'get_room_state', { room_id });
        return participants.every(({ connections }) => connections === 1);
      });
    });

    it('lets messages through to a user on another instance, and refuses one who is nowhere', async () => {
      const [one, other] = await pair();
      const ada = await join(one, 'ada');
      const ben = await join(other, 'ben');
      await sees(ada, 'ada', 'ben');
      const received = next(ben, 'room_message');
      await request(ada, 'broadcast_message', { room_id, message: 'psst', to: 'ben' });
      assert.equal((await received).message, 'psst');
      await refused(ada, 'broadcast_message', { room_id, message: 'psst', to: 'nobody' }, 'not_found');
    });
  });

  describe('when an instance', () => {
    it('is killed: its people and cursors are gone within 15 s, announced once', async () => {
      const [one, other, third] = [await mortal(), await instance(), await instance()];
      const ada = await connect(one, { sub: 'ada' });
      await request(ada, 'join_room', { room_id, client_id: 'tab' });
      const ben = await join(other, 'ben');
      const heardByBen = changes(ben);
      const eve = await join(third, 'eve');
      const heardByEve = changes(eve);
      await join(one, 'eve');
      const shown = next(ben, 'cursor_moved');
      ada.emit('cursor_update', { room_id, position: 0 });
      await shown;
      await sees(ben, 'ada', 'ben', 'eve');
      const hidden = next(ben, 'cursor_moved');
      const killed = Date.now();
      await one.kill();
      await Promise.all([ben, eve].map((client) => sees(client, 'ben', 'eve')));
      console.log(`      gone after ${((Date.now() - killed) / 1000).toFixed(1)} s`);
      assert.deepEqual(
        (await hidden).cursors.map(({ client_id, position }) => [client_id, position]),
        [['tab', null]],
      );
      assert.deepEqual((await request(eve, 'get_room_state', { room_id })).cursors, []);
      await hears(heardByBen, '+eve', '-ada');
      await hears(heardByEve, '-ada');
      const late = await connect(await instance(), { sub: 'late' });
      assert.equal((await request(late, 'join_room', { room_id })).participant_count, 3);
    });

    it('is frozen: who left or moved meanwhile does not come back, and who is still there does', async () => {
      const [one, other] = [await mortal(), await instance()];
      const ben = await join(other, 'ben');
      const heardByBen = changes(ben);
      const [ada, max, dan] = [await join(one, 'ada'), await join(one, 'max'), await join(one, 'dan')];
      const heardByAda = changes(ada);
      await hears(heardByBen, '+ada', '+max', '+dan');
      heardByBen.length = 0;
      process.kill(one.pid, 'SIGSTOP');
      await hears(heardByBen, '-ada', '-max', '-dan');
      max.disconnect();
      dan.disconnect();
      await join(other, 'dan');
      process.kill(one.pid, 'SIGCONT');
      await sees(ben, 'ada', 'ben', 'dan');
      await sees(ada, 'ada', 'ben', 'dan');
      await renewals(4);
      await join(one, 'eve');
      await hears(heardByBen, '-ada', '-max', '-dan', '+dan', '+ada', '+eve');
      assert.ok(!heardByAda.includes('-ben'), heardByAda.join());
      const { participants } = await request(ben, 'get_room_state', { room_id });
      assert.ok(participants.every(({ connections }) => connections === 1));
    });
  });

  describe('while Redis', () => {
    /** Ada and Ben on two instances, and what they hear; Max leaves while there is trouble. */
    async function trouble(begin: () => unknown, end: () => unknown) {
      const servers = await pair();
      const ada = await join(servers[0], 'ada');
      const heardByAda = changes(ada);
      const ben = await join(servers[1], 'ben');
      const heardByBen = changes(ben);
      const max = await join(servers[1], 'max');
      await hears(heardByAda, '+ben', '+max');
      await hears(heardByBen, '+max');
      await begin();
      await until(() => servers.every(({ trouble }) => trouble !== undefined));
      max.disconnect();
      await sees(ben, 'ada', 'ben');
      await sees(ada, 'ada', 'ben', 'max');
      await end();
      await sees(ada, 'ada', 'ben');
      await renewals(4);
      await join(servers[0], 'eve');
      await hears(heardByAda, '+ben', '+max', '-max', '+eve');
      await hears(heardByBen, '+max', '-max', '+eve');
      const late = await connect(await instance(), { sub: 'late' });
      assert.equal((await request(late, 'join_room', { room_id })).participant_count, 4);
    }

    it('is away, everyone stays who was there; all is right again when it comes back, be it empty', () =>
      trouble(
        () => shared.redis.kill(),
        () => {
          shared.redis.restore();
          return shared.redis.start();
        },
      ));

    it('hangs for longer than a lease, too: nobody is taken for gone', () =>
      trouble(
        () => shared.redis.freeze(),
        async () => {
          const thawAt = performance.now() + 11_000;
          await until(() => performance.now() > thawAt);
          shared.redis.thaw();
        },
      ));
  });
});
