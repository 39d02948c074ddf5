import assert from 'node:assert/strict';
import type { CollaborationServer, ServerOptions } from '../../server/application.ts';
import { sending } from '../support/guests.ts';
import { call } from '../support/http.ts';
import { shareRedis } from '../support/instances.ts';
import { namesOf } from '../support/names.ts';
import { ask, connect, member, request } from '../support/server.ts';
import { tour, tourOptions } from '../support/tour.ts';

const room_id = 'song:42';
const root = { sub: 'root', scope: 'admin publish' };

describe('two deployments on one Redis', function () {
  this.timeout(60_000);
  const shared = shareRedis();

  /** Production, and staging in another database or under another prefix. */
  const apart: Record<string, () => [ServerOptions, ServerOptions]> = {
    'in databases of their own': () => [{}, { redisUrl: [`${shared.redis.url}/1`] }],
    'under prefixes of their own': () => [{}, { redisPrefix: 'tutti:staging:' }],
  };

  for (const [how, options] of Object.entries(apart)) {
    describe(how, () => {
      async function deployments(more: ServerOptions = {}): Promise<[CollaborationServer, CollaborationServer]> {
        const [production, staging] = options();
        return [await shared.instance({ ...production, ...more }), await shared.instance({ ...staging, ...more })];
      }

      it('never hear each other: text, presence, messages, kicks, publishing, bans', async () => {
        const [production, staging] = await deployments();
        const ada = await member(production, { sub: 'ada' }, { room_id });
        await request(ada, 'presence_subscribe', { user_ids: ['ben'] });
        const heard: string[] = [];
        ada.onAny((event: string) => heard.push(event));
        const ben = await member(staging, { sub: 'ben' }, { room_id });
        await request(ben, 'collaboration_operation', { room_id, operation: ['staging'], revision: 0 });
        await request(ben, 'broadcast_message', { room_id, message: 'Hello' });
        await request(ben, 'typing', { room_id, is_typing: true });
        ben.emit('cursor_update', { room_id, position: 1 });
        await member(staging, { sub: 'ada' }, { room_id });
        for (const address of [{ room_id }, { user_id: 'ada' }, { all: true }]) {
          const message = { ...address, type: 'news.came', data: {} };
          assert.equal((await call(staging, 'POST /api/v1/publish', root, sending(message))).status, 200);
        }
        for (const route of [`DELETE /api/v1/rooms/${room_id}/participants/ada`, 'PUT /api/v1/users/ada/block']) {
          assert.equal((await call(staging, route, root)).status, 200);
        }
        assert.equal((await call(staging, `DELETE /api/v1/rooms/${room_id}`, root)).status, 200);
        // What was said before has come by now, over any channel.
        const news = { all: true, type: 'end.came', data: {} };
        const other = await shared.instance(options()[0]);
        const end = new Promise((resolve) => ada.once('event', resolve));
        await call(other, 'POST /api/v1/publish', root, sending(news));
        await end;
        assert.deepEqual(heard, ['event']);
        assert.equal((await request(ada, 'get_room_state', { room_id })).document?.content, '');
        await connect(production, { sub: 'ada' });
      });

      it('count for themselves: limits, places, and what was published once', async () => {
        const [production, staging] = await deployments({ limitMessages: '3/60', maxConnectionsPerUser: 1 });
        for (const server of [production, staging]) {
          const ada = await member(server, { sub: 'ada' }, { room_id });
          for (let sent = 0; sent < 3; sent++) await request(ada, 'broadcast_message', { room_id, message: sent });
          assert.equal((await ask(ada, 'broadcast_message', { room_id, message: 3 })).ok, false);
          const event = new Promise((resolve) => ada.once('event', resolve));
          await call(server, 'POST /api/v1/publish', root, sending({ all: true, type: 'news.came', id: 'x' }));
          await event;
        }
        const { rooms, users } = (await call(staging, 'GET /api/v1/status')).body;
        assert.deepEqual([rooms, users], [1, 1]);
      });

      it('name no key and no channel without their prefix', async () => {
        const [production, staging] = options();
        const names = await namesOf(shared.redis, async () => {
          for (const own of [production, staging]) {
            const [one, other] = await shared.pair({ ...own, ...tourOptions });
            await tour(one, other);
            await Promise.all([one.close(), other.close()]);
          }
        });
        const other = staging.redisPrefix ?? 'tutti:1:';
        const isOwn = (name: string) => name.startsWith('tutti:0:') || name.startsWith(other);
        assert.deepEqual(
          [...names].filter((name) => !isOwn(name)),
          [],
        );
        const kept = ['0', '1'].flatMap((database) => shared.redis.command('-n', database, 'keys', '*').split('\n'));
        assert.deepEqual(
          kept.filter((key) => key !== '' && !isOwn(key)),
          [],
        );
        const parts = ['{/song:tour}:head', '{/song:tour}:news', '{/song:tour}:whispers', 'rooms', 'leases', 'io'];
        for (const part of [...parts, 'places:', 'limit:', 'penalty:', 'once:']) {
          for (const prefix of ['tutti:0:', other]) {
            assert.ok(
              [...names].some((name) => name.startsWith(prefix + part)),
              prefix + part,
            );
          }
        }
      });
    });
  }

  it('are told apart by what begins a name, which has neither braces nor patterns', async () => {
    for (const redisPrefix of ['{x}:', 'x*:', 'no end', '']) {
      await assert.rejects(shared.instance({ redisPrefix }), /REDIS_PREFIX: expected up to 64 of/);
    }
  });
});
