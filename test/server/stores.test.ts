import assert from 'node:assert/strict';
import { effectScope, nextTick, ref } from 'vue';
import { Client, memoryStorage } from '../../client/index.ts';
import { useConnection, useRoom } from '../../client/stores/vue.ts';
import { cleanup } from '../support/cleanup.ts';
import { roomFor } from '../support/programs.ts';
import { startServer, tokenFor } from '../support/server.ts';
import { until } from '../support/until.ts';

describe('a room as a store', () => {
  it('follows its id, shows what comes, and leaves with the last that shows it', async () => {
    const server = await startServer();
    const client = new Client(server.url, { token: tokenFor({ sub: 'ada' }), storage: memoryStorage() });
    client.connect();
    cleanup(() => client.disconnect());
    const [one, two] = [roomFor(server, 'ben', '1'), roomFor(server, 'ben', '2')];
    const id = ref('1');
    const [first, second] = [effectScope(), effectScope()];
    const view = first.run(() => useRoom(client, id));
    const same = second.run(() => useRoom(client, () => '1'));
    const connection = first.run(() => useConnection(client));
    assert.equal(view?.value.status, 'joining');
    await until(() => one.participants.length === 2);
    one.text.insert(0, 'Hello');
    await until(() => view?.value.text === 'Hello' && same?.value.text === 'Hello');
    assert.equal(connection?.value.status, 'connected');
    await until(() => view?.value.participants.some(({ user_id }) => user_id === 'ben'));

    id.value = '2';
    await until(() => two.participants.length === 2);
    assert.equal(one.participants.length, 2, 'another shows it');
    second.stop();
    await until(() => one.participants.length === 1);
    one.text.insert(0, 'no longer ');
    await one.text.stored();
    two.text.insert(0, 'two');
    await until(() => view?.value.text === 'two');
    assert.equal(same?.value.text, 'Hello');
    first.stop();
    await nextTick();
    await until(() => two.participants.length === 1);
  });

  it('shows what is typed into it', async () => {
    const server = await startServer();
    const client = new Client(server.url, { token: tokenFor({ sub: 'ada' }), storage: memoryStorage() });
    client.connect();
    cleanup(() => client.disconnect());
    const scope = effectScope();
    cleanup(() => scope.stop());
    const view = scope.run(() => useRoom(client, '1'));
    await until(() => view?.value.status === 'joined');
    view?.value.room?.text.insert(0, 'Hello');
    assert.equal(view?.value.text, 'Hello');
    assert.deepEqual([view?.value.canUndo, view?.value.hasUnsent], [true, true]);
    await until(() => view?.value.hasUnsent === false);
  });
});
