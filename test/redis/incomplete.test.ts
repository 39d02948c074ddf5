import assert from 'node:assert/strict';
import type { CollaborationServer } from '../../server/application.ts';
import { tutti } from '../support/commandLine.ts';
import { call } from '../support/http.ts';
import { shareRedis } from '../support/instances.ts';
import { captured } from '../support/logger.ts';
import { administrator } from '../support/revocation.ts';
import { clientOf, connect, member, refused, refusedHandshake, request, tokenFor } from '../support/server.ts';
import { until } from '../support/until.ts';

const room_id = 'song:42';

describe('a room that Redis has lost a part of', function () {
  this.timeout(60_000);
  const shared = shareRedis();

  /** What an evicting Redis, or a damaged disk, does to a room of twelve entries; with a snapshot at ten where it says so. */
  const losses: Record<string, { at?: number; lose(): void }> = {
    'its head': { lose: () => lose('head') },
    'its entries': { lose: () => lose('entries') },
    'its entries behind a snapshot': { at: 10, lose: () => lose('entries') },
    'its snapshot': { at: 10, lose: () => lose(trimmed(10)) },
    'its head, behind a snapshot': { at: 10, lose: () => lose('head') },
    'head and entries': { at: 10, lose: () => lose('head', 'entries') },
    'what clients have sent last': { lose: () => lose('clients', 'seen') },
    'an entry': { lose: () => shared.redis.command('xdel', nameOf('entries'), '5-0') },
    'its last entry': { lose: () => shared.redis.command('xdel', nameOf('entries'), '12-0') },
  };

  function nameOf(part: string): string {
    return `tutti:0:{/${room_id}}:${part}`;
  }

  function lose(...parts: string[]): void {
    assert.equal(shared.redis.command('del', ...parts.map(nameOf)), String(parts.length));
  }

  /** Has entries trimmed as far as a snapshot lets it, and names that one. */
  function trimmed(revision: number): string {
    shared.redis.command('xtrim', nameOf('entries'), 'MINID', `${revision + 1}-0`);
    return 'snapshot';
  }

  /** A song of twelve letters that nobody has in memory. */
  async function written(at?: number): Promise<string> {
    const server = await shared.instance();
    const ada = await member(server, { sub: 'ada' }, { room_id, client_id: 'ada' });
    for (let sequence = 1; sequence <= 12; sequence++) {
      await request(ada, 'collaboration_operation', { room_id, operation: ['x'], sequence });
    }
    const { epoch } = await request(ada, 'get_room_state', { room_id });
    await server.close();
    // Who leaves last keeps a snapshot at the head: here it is another one, or none.
    shared.redis.command('del', nameOf('snapshot'));
    const content = JSON.stringify('x'.repeat(at ?? 0));
    if (at) shared.redis.command('hset', nameOf('snapshot'), 'revision', String(at), 'content', content);
    return epoch;
  }

  async function metricOf(server: CollaborationServer): Promise<number> {
    const { body } = await call(server, 'GET /metrics');
    return Number(/^tutti_incomplete_rooms_total (\d+)/m.exec(body)?.[1]);
  }

  for (const [what, { at, lose }] of Object.entries(losses)) {
    it(`${what}: is told as unavailable, logged and counted once, and closed to writing`, async () => {
      const epoch = await written(at);
      lose();
      const { lines, logger } = captured();
      const server = await shared.instance({ logger });
      const ada = await connect(server, { sub: 'ada' });
      for (let tries = 0; tries < 2; tries++) {
        const refusal = await refused(ada, 'join_room', { room_id }, 'unavailable');
        assert.equal(refusal.message, 'the store has lost a part of this room');
      }
      const since = { epoch, revision: 12 };
      await refused(ada, 'join_room', { room_id, since }, 'unavailable');
      const root = { sub: 'root', scope: 'admin' };
      assert.equal((await call(server, `GET /api/v1/rooms/${room_id}`, root)).status, 503);
      const told = lines.filter(({ room }) => room === `/${room_id}`);
      assert.equal(told.length, 1);
      assert.match(String(told[0]?.msg), /has lost a part of a room: it is closed/);
      assert.equal(await metricOf(server), 1);
      await member(server, { sub: 'ada' }, { room_id: 'song:another' });
    });

    it(`${what}: is brought back, in a new epoch, by an instance that has it in memory`, async () => {
      const epoch = await written(at);
      const server = await shared.instance();
      const ada = await member(server, { sub: 'ada' }, { room_id, client_id: 'ada' });
      lose();
      if (what === 'an entry') {
        // Only who loads all of it sees that.
        const ben = await connect(await shared.instance(), { sub: 'ben' });
        await refused(ben, 'join_room', { room_id }, 'unavailable');
      }
      await request(ada, 'collaboration_operation', { room_id, operation: [12, 'y'], sequence: 13 });
      const there = await connect(await shared.instance(), { sub: 'ada' });
      const state = await request(there, 'join_room', { room_id, client_id: 'ada' });
      assert.equal(state.document?.content, `${'x'.repeat(12)}y`);
      assert.equal(state.sequence, 13);
      assert.notEqual(state.epoch, epoch);
    });
  }

  it('is brought back also where nobody writes in it', async () => {
    await written();
    const server = await shared.instance();
    await member(server, { sub: 'ada' }, { room_id });
    lose('entries');
    const ben = await connect(await shared.instance(), { sub: 'ben' });
    await refused(ben, 'join_room', { room_id }, 'unavailable');
    const state = await until(async () => {
      const answer = await ben.emitWithAck('join_room', { room_id });
      return answer.ok && answer;
    });
    assert.equal(state.document?.content, 'x'.repeat(12));
  });

  it('is not brought back by an instance that has less of it', async () => {
    await written();
    const server = await shared.instance();
    const ada = await member(server, { sub: 'ada' }, { room_id });
    // As if another one had written what this one has not heard of.
    shared.redis.command('hset', nameOf('head'), 'revision', '20');
    lose('entries');
    await refused(ada, 'collaboration_operation', { room_id, operation: [12, 'y'] }, 'unavailable');
    await refused(await connect(server, { sub: 'ben' }), 'get_room_state', { room_id }, 'not_found');
  });

  describe('and that no instance has in memory', () => {
    const repair = async (...rooms: string[]) =>
      (await tutti(['repair', ...rooms], { REDIS_URL: shared.redis.url })).stdout.trim();
    const left: [what: string, at: number | undefined, lose: () => unknown, revision: number][] = [
      ['its head', undefined, () => lose('head'), 12],
      ['its head, behind a snapshot', 10, () => lose('head'), 12],
      ['its entries', undefined, () => lose('entries'), 0],
      ['its entries behind a snapshot', 10, () => lose('entries'), 10],
      ['an entry', undefined, () => shared.redis.command('xdel', nameOf('entries'), '5-0'), 4],
    ];
    for (const [what, at, lose, revision] of left) {
      it(`${what}: goes on from what is left of it, where an administrator says so, and is written again`, async () => {
        const epoch = await written(at);
        const server = await shared.instance();
        await request(await connect(server, { sub: 'ada' }), 'join_room', { room_id: 'song:whole' });
        lose();
        const ada = await connect(server, { sub: 'ada' });
        await refused(ada, 'join_room', { room_id }, 'unavailable');
        assert.equal(await repair(), `/${room_id}\n\n1 have lost a part. See tutti repair --help.`);
        assert.equal(await repair(`/${room_id}`), `/${room_id}: goes on from revision ${revision} of 12`);
        const state = await request(ada, 'join_room', { room_id });
        assert.equal(state.document?.content, 'x'.repeat(revision));
        assert.notEqual(state.epoch, epoch);
        await request(ada, 'collaboration_operation', { room_id, operation: ['y'], revision });
        assert.equal(await repair(), 'All rooms are whole.');
        assert.equal(await repair(`/${room_id}`), `/${room_id}: nothing is missing`);
      });
    }

    it('goes on from what an instance knows that has less than it was, and more than is left', async () => {
      await written();
      const server = await shared.instance();
      const ada = await member(server, { sub: 'ada' }, { room_id });
      shared.redis.command('hset', nameOf('head'), 'revision', '20');
      lose('entries');
      await refused(ada, 'collaboration_operation', { room_id, operation: ['y'] }, 'unavailable');
      assert.equal(await repair(`/${room_id}`), `/${room_id}: goes on from revision 0 of 20`);
      const ben = await connect(await shared.instance(), { sub: 'ben' });
      const state = await until(async () => {
        const joined = await request(ben, 'join_room', { room_id });
        return joined.document?.content !== '' && joined;
      });
      assert.equal(state.document?.content, 'x'.repeat(12));
    });
  });

  it('holds who is banned all the same, while an instance knows', async () => {
    const one = await shared.instance();
    await administrator(one).block('eve');
    shared.redis.command('del', 'tutti:0:{:bans//}:entries');
    await administrator(one).block('max');
    const other = await shared.instance();
    for (const sub of ['eve', 'max']) {
      const refusal = await refusedHandshake(clientOf(other, { auth: { token: tokenFor({ sub }) } }));
      assert.equal(refusal.error_code, 'forbidden');
    }
  });
});
