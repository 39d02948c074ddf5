import assert from 'node:assert/strict';
import { memoryStorage } from '../../client/index.ts';
import { yjs } from '../../server/yjs/index.ts';
import { cleanup } from '../support/cleanup.ts';
import { compiled } from '../support/compiled.ts';
import { call } from '../support/http.ts';
import { shareRedis } from '../support/instances.ts';
import { startProcess } from '../support/process.ts';
import { secret } from '../support/server.ts';
import { until } from '../support/until.ts';
import { synced, writer } from '../support/yjsRoom.ts';

const kinds = { note: yjs() };
const admin = { sub: 'root', rooms: { '*': 'viewer' }, scope: 'admin' };

describe('documents of Yjs on two instances', function () {
  this.timeout(120_000);

  const shared = shareRedis();

  it('are one, with who is there, also where one instance is killed', async () => {
    const one = await shared.instance({ kinds });
    const environment = { REDIS_URL: shared.redis.url, JWT_SECRET: secret };
    const mortal = await startProcess([process.execPath, await compiled('test/support/yjsServer.ts')], environment);
    cleanup(() => mortal.kill());
    const [ann, ben] = [writer(one, { sub: 'ann' }), writer(mortal, { sub: 'ben' })];
    await Promise.all([synced(ann), synced(ben)]);
    ann.provider.awareness.setLocalStateField('user', { name: 'Ann' });
    ben.provider.awareness.setLocalStateField('user', { name: 'Ben' });
    const names = () => [...ann.provider.awareness.getStates().values()].map(({ user }) => user?.name).sort();
    await until(() => names().length === 2);
    for (let edit = 0; edit < 60; edit++) {
      ann.text.insert(ann.text.length >> 1, `a${edit} `);
      ben.text.insert(ben.text.length >> 1, `b${edit} `);
      if (edit % 20 === 0) await Promise.all([ann.provider.stored(), ben.provider.stored()]);
    }
    await Promise.all([ann.provider.stored(), ben.provider.stored()]);
    // Ben hears of nothing once his instance is gone.
    await until(() => ann.text.toString() === ben.text.toString());
    await mortal.kill();
    assert.equal(ann.text.toString().split(' ').length, 121);
    // Within 15 s: nobody says goodbye for who was killed.
    await until(() => names().length === 1);
    assert.deepEqual(names(), ['Ann']);
    const cid = writer(await shared.instance({ kinds }), { sub: 'cid' });
    await synced(cid);
    assert.equal(cid.text.toString(), ann.text.toString());
    assert.equal(cid.provider.userOf(ben.doc.clientID), 'ben');
  });

  it('stay deleted, though somebody comes back with one', async () => {
    const [one, other] = await shared.pair({ kinds });
    const storage = memoryStorage();
    const ann = writer(one, { sub: 'ann' }, { storage });
    ann.text.insert(0, 'sent');
    await ann.provider.stored();
    const ben = writer(other, { sub: 'ben' });
    await synced(ben);
    ann.client.disconnect();
    ann.text.insert(0, 'not sent, ');
    assert.equal((await call(other, 'DELETE /api/v1/rooms/note:1', admin)).status, 200);
    await until(() => ben.provider.status === 'disconnected');
    ann.client.connect();
    await until(() => ann.provider.refusal?.error_code === 'deleted');
    assert.equal(ann.text.toString(), 'not sent, sent');
    for (const server of [one, other])
      assert.equal((await call(server, 'GET /api/v1/rooms/note:1', admin)).status, 404);
  });
});
