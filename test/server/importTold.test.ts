import assert from 'node:assert/strict';
import type { Change } from '../../server/hooks/hooks.ts';
import { call } from '../support/http.ts';
import { Receiver, webhookSecret } from '../support/receiver.ts';
import { member, request, startServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { put } from '../support/writing.ts';

const admin = { sub: 'op', rooms: {}, scope: 'admin' };

const song = (content: string) => ({ room_id: 'song:1', type: 'text', content });
const said = (operation: object, timestamp: number) => ({
  operation: { type: 'message.new', ...operation },
  client_id: 'a',
  user_id: 'ann',
  timestamp,
});
const feed = { room_id: 'channel:1', type: 'feed' };

describe('what is imported or replaced', () => {
  it('is told once to the hooks and by webhooks, whether the room is in memory or not', async () => {
    const receiver = await Receiver.start();
    const changes: Change[] = [];
    const stored: [string, unknown][] = [];
    const server = await startServer({
      webhookUrl: receiver.url,
      webhookSecret: [webhookSecret],
      webhookEvents: ['document.stored'],
      storeAfterMs: 20,
      onChange: (change) => void changes.push(change),
      storeDocument: ({ room_id, revision, content }) => void stored.push([`${room_id} ${revision}`, content]),
    });
    const importAll = async (existing: string, ...lines: object[]) => {
      const body = lines.map((line) => JSON.stringify(line)).join('\n');
      const answer = await call(server, `POST /api/v1/import?existing=${existing}`, admin, { body });
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
    };
    const ada = await member(server, { sub: 'ada' }, { room_id: 'song:open' });

    await importAll('skip', song('one'), { ...song('open'), room_id: 'song:open' });
    await importAll('skip', song('nothing of this'));
    await importAll('replace', song('two'));
    await put(server, 'song:1', 'three');
    await importAll(
      'skip',
      { ...feed, entries: [said({ text: 'one' }, 1)] },
      { ...feed, after: { revision: 1, timestamp: 1 }, entries: [said({ text: 'two' }, 2)] },
    );
    await request(ada, 'collaboration_operation', { room_id: 'song:open', operation: [4, '!'] });

    const of = (room: string) => changes.filter(({ room_id }) => room_id === room);
    const told = (room: string) =>
      of(room).flatMap(({ entries, revision }) => entries.map((_, index) => revision - entries.length + index + 1));
    await until(() => told('song:1').length + told('channel:1').length + told('song:open').length === 7);
    assert.deepEqual(
      [told('song:1'), told('song:open')],
      [
        [1, 2, 3],
        [1, 2],
      ],
    );
    assert.deepEqual(
      of('song:1').map(({ content }) => content),
      ['one', 'two', 'three'],
    );
    assert.match(JSON.stringify(of('channel:1').at(-1)?.content), /one.*two/);
    const last = (room_id: string, revision: number) =>
      receiver.all('document.stored', { room_id } as never).find(({ data }) => data.revision === revision);
    await until(() => last('song:1', 3) && last('song:open', 2));
    await server.close();
    assert.deepEqual(new Map(stored).get('song:1 3'), 'three');
    assert.deepEqual(new Map(stored).get('song:open 2'), 'open!');
    assert.match(JSON.stringify(new Map(stored).get('channel:1 2')), /one.*two/);
  });
});
