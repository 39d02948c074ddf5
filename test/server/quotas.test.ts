import assert from 'node:assert/strict';
import { Client as TuttiClient } from '../../client/index.ts';
import { createMemoryLog } from '../../server/logs/memory.ts';
import { cleanup } from '../support/cleanup.ts';
import { ask, type Client, connect, refused, request, startServer, tokenFor } from '../support/server.ts';
import { until } from '../support/until.ts';

const room_id = 'song:42';
const text = 'x'.repeat(1_000);
const operation = { room_id, operation: [text] };

async function joined(server: { url: string }, sub: string, room = room_id, client_id = sub): Promise<Client> {
  const client = await connect(server, { sub });
  await request(client, 'join_room', { room_id: room, client_id });
  return client;
}

describe('what a user may write', () => {
  it('is counted in bytes, whatever the room; what is refused is not written, and says when to come back', async () => {
    const server = await startServer({ limitBytes: '10000/60' });
    const ada = await joined(server, 'ada');
    await request(ada, 'join_room', { room_id: 'song:other' });
    for (let written = 0; written < 9; written++) {
      const room = written % 2 ? room_id : 'song:other';
      await request(ada, 'collaboration_operation', { room_id: room, operation: [text] });
    }
    const { retry_after_ms = 0, message } = await refused(ada, 'collaboration_operation', operation, 'rate_limited');
    assert.ok(retry_after_ms > 0 && retry_after_ms <= 60_000);
    assert.match(message, /10000 bytes written in 60 s/);
    await request(ada, 'collaboration_operation', { room_id, operation: ['y'] });
    const { document } = await request(ada, 'get_room_state', { room_id });
    assert.equal(String(document?.content).length, 4_001);
    await request(await joined(server, 'ben'), 'collaboration_operation', operation);
  });

  it('stays in order where points are waited for, and one larger than a window’s takes all of it', async () => {
    const server = await startServer({ limitBytes: '5000/1' });
    const ada = await joined(server, 'ada');
    await until(
      async () => (await ask(ada, 'collaboration_operation', { room_id, operation: ['z'.repeat(6_000)] })).ok,
    );
    const sizes = [900, 1, 1, 900, 1, 2];
    let sequence = 0;
    await until(async () => (await ask(ada, 'collaboration_operation', { room_id, operation: ['a'] })).ok);
    const answers = await Promise.all(
      sizes.map((size) =>
        ask(ada, 'collaboration_operation', { room_id, operation: ['b'.repeat(size)], sequence: ++sequence }),
      ),
    );
    const revisions = answers.map((answer) => (answer.ok ? answer.revision : answer.error.message));
    assert.deepEqual(revisions, [3, 4, 5, 6, 7, 8]);
  });

  it('counts commands, and what a service publishes to each log', async () => {
    const server = await startServer({ limitBytes: '10000/60' });
    const service = server.service({ user_id: 'tasks' });
    const user_ids = Array.from({ length: 5 }, (_, index) => `user-${index}`);
    const publish = () => service.publish([{ user_ids, type: 'task.assigned', data: { text } }]);
    const [first] = await publish();
    const [second] = await publish();
    assert.deepEqual([first?.ok, second?.ok], [true, false]);
    const ada = await joined(server, 'ada', 'channel:general');
    const send = { room_id: 'channel:general', operation: { type: 'message.new', text } };
    const codes = new Set<string>();
    for (let sent = 0; sent < 12; sent++) {
      const answer = await ask(ada, 'collaboration_operation', send);
      codes.add(answer.ok ? 'ok' : answer.error.error_code);
    }
    assert.deepEqual([...codes], ['ok', 'rate_limited']);
  });

  it('begins so many rooms, and writes in those that are there', async () => {
    const log = createMemoryLog();
    const server = await startServer({ log, limitRooms: '3/3600' });
    const ada = await connect(server, { sub: 'ada' });
    const write = async (room: string) => {
      await request(ada, 'join_room', { room_id: room });
      const both = [ask(ada, 'collaboration_operation', { room_id: room, operation: ['a'] })];
      both.push(ask(ada, 'collaboration_operation', { room_id: room, operation: ['b'] }));
      return (await Promise.all(both)).map((answer) => (answer.ok ? 'ok' : answer.error.error_code));
    };
    for (const room of ['song:1', 'song:2', 'song:3', 'song:1']) assert.deepEqual(await write(room), ['ok', 'ok']);
    assert.deepEqual(await write('song:4'), ['rate_limited', 'rate_limited']);
    assert.equal((await log.list({ prefix: '', after: '', limit: 10 })).length, 3);
    const ben = await joined(server, 'ben', 'song:4');
    await request(ben, 'collaboration_operation', { room_id: 'song:4', operation: ['c'] });
    assert.deepEqual(await write('song:4'), ['ok', 'ok']);
  });

  it('brings so many clients into rooms that these have to remember', async () => {
    const server = await startServer({ limitClients: '3/3600' });
    const outcomes: string[] = [];
    for (const client_id of ['a', 'b', 'c', 'd', 'a']) {
      const ada = await joined(server, 'ada', room_id, client_id);
      const { sequence } = await request(ada, 'join_room', { room_id, client_id });
      const answer = await ask(ada, 'collaboration_operation', { ...operation, sequence: sequence + 1 });
      outcomes.push(answer.ok ? 'ok' : answer.error.error_code);
      await request(ada, 'collaboration_operation', operation);
    }
    assert.deepEqual(outcomes, ['ok', 'ok', 'ok', 'rate_limited', 'ok']);
  });

  it('is kept by our client, and written when there is room for it again', async () => {
    const server = await startServer({ limitBytes: '3000/1', limitRooms: '1/1' });
    const client = new TuttiClient(server.url, { token: tokenFor({ sub: 'ada' }) });
    client.connect();
    cleanup(() => client.disconnect());
    const rooms = [client.room('song:1'), client.room('song:2')];
    for (let typed = 0; typed < 5; typed++) for (const room of rooms) room.text.insert(0, text);
    await Promise.all(rooms.map((room) => room.text.stored()));
    const ben = await joined(server, 'ben', 'song:2');
    const { document } = await request(ben, 'get_room_state', { room_id: 'song:2' });
    assert.equal(String(document?.content).length, 5_000);
  }).timeout(30_000);
});
