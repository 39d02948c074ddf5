import assert from 'node:assert/strict';
import { cleanup } from '../support/cleanup.ts';
import { call } from '../support/http.ts';
import { startServer, temporaryDirectory } from '../support/process.ts';
import { Receiver, webhookSecret } from '../support/receiver.ts';
import { member, request, secret } from '../support/server.ts';
import { until } from '../support/until.ts';

const room_id = 'song:42';
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

describe('WEBHOOK_URL, when the server is killed and started again', () => {
  it('is told of all of it, in order: of what it had not taken, and of what nobody could tell any more', async () => {
    const receiver = await Receiver.start();
    const env = {
      JWT_SECRET: secret,
      DATA_DIR: temporaryDirectory(),
      LOG_LEVEL: 'silent',
      WEBHOOK_URL: receiver.url,
      WEBHOOK_SECRET: webhookSecret,
    };
    const start = async () => {
      const server = await startServer(env);
      cleanup(() => server.kill());
      return server;
    };
    const publish = async (server: { url: string }, task: number) => {
      const message = { room_id: 'project:9', type: 'task.updated', data: { task_id: String(task) }, id: String(task) };
      const claims = { sub: 'tracker', scope: 'publish', org_id: 'band' };
      const { body } = await call(server, 'POST /api/v1/publish', claims, { body: JSON.stringify(message) });
      assert.deepEqual(body.results, [{ ok: true, revision: task }]);
    };

    const first = await start();
    const ann = await member(first, { sub: 'ann' }, { room_id });
    await receiver.takes('room.occupied');
    for (const task of upTo(10)) await publish(first, task);
    // It takes some, and is killed with what is told at that moment.
    receiver.answer = () => (receiver.all('entry.published').length < 3 ? 200 : 500);
    for (const task of upTo(30).slice(10)) await publish(first, task);
    await request(ann, 'collaboration_operation', { room_id, operation: ['a'] });
    await first.kill();

    const second = await start();
    // Who did not hear that all is well publishes again.
    await publish(second, 30);
    receiver.answer = () => 200;
    await until(() => receiver.all('entry.published').length >= 30);
    await receiver.takes('room.vacated', { room_id });
    await receiver.takes('user.offline', { user_id: 'ann' });
    const entries = receiver.all('entry.published', { org_id: 'band' });
    assert.deepEqual(
      entries.map(({ data }) => data.revision),
      upTo(30),
    );
    const ofSong = receiver.taken.filter((event) => event.room_id === room_id);
    assert.deepEqual(
      ofSong.map(({ type }) => type),
      ['room.occupied', 'document.stored', 'room.vacated'],
    );
    assert.equal(ofSong[1]?.data.revision, 1);
  });

  it('is told nothing of who is back before anybody noticed', async () => {
    const receiver = await Receiver.start();
    const env = {
      JWT_SECRET: secret,
      DATA_DIR: temporaryDirectory(),
      LOG_LEVEL: 'silent',
      WEBHOOK_URL: receiver.url,
      WEBHOOK_SECRET: webhookSecret,
    };
    const first = await startServer(env);
    await member(first, { sub: 'ann' }, { room_id });
    await receiver.takes('room.occupied');
    await receiver.takes('user.online');
    await first.kill();
    const second = await startServer(env);
    cleanup(() => second.kill());
    const ann = await member(second, { sub: 'ann' }, { room_id });
    await request(ann, 'collaboration_operation', { room_id, operation: ['a'] });
    await receiver.takes('document.stored');
    ann.disconnect();
    await receiver.takes('room.vacated');
    await receiver.takes('user.offline');
    assert.deepEqual(receiver.taken.map(({ type }) => type).sort(), [
      'document.stored',
      'room.occupied',
      'room.vacated',
      'user.offline',
      'user.online',
    ]);
  });
});
