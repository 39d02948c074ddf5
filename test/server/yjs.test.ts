import assert from 'node:assert/strict';
import * as Y from 'yjs';
import { memoryStorage } from '../../client/index.ts';
import { createMemoryLog } from '../../server/logs/memory.ts';
import { yjs } from '../../server/yjs/index.ts';
import { toBase64 } from '../../shared/documents/yjs/base64.ts';
import type { ErrorCode } from '../../shared/refusals.ts';
import { ask, member, refused, startServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { synced, writer } from '../support/yjsRoom.ts';
import { costlyUpdate, updateOf } from '../support/yjsUpdates.ts';

const kinds = { note: yjs() };

describe('a room of Yjs', () => {
  it('shows everybody what each writes, and is synced when all is in the log', async () => {
    const server = await startServer({ kinds });
    const [ann, bob] = [writer(server, { sub: 'ann' }), writer(server, { sub: 'bob' })];
    const seen: boolean[] = [];
    ann.provider.on('sync', (isSynced) => seen.push(isSynced));
    await Promise.all([synced(ann), synced(bob)]);
    ann.text.insert(0, 'words of ann');
    assert.equal(ann.provider.synced, false);
    bob.text.insert(0, 'of bob, ');
    await Promise.all([ann.provider.stored(), bob.provider.stored()]);
    await until(() => ann.text.toString() === bob.text.toString() && ann.text.length === 20);
    assert.deepEqual(seen, [true, false, true]);
    assert.equal(bob.provider.userOf(ann.doc.clientID), 'ann');
    assert.equal(ann.provider.userOf(bob.doc.clientID), 'bob');
    const cid = writer(server, { sub: 'cid' });
    await synced(cid);
    assert.equal(cid.text.toString(), ann.text.toString());
    assert.equal(cid.provider.userOf(ann.doc.clientID), 'ann');
  });

  it('knows who deleted what, also whoever comes later, and after a reload', async () => {
    const log = createMemoryLog();
    const server = await startServer({ kinds, log });
    const storage = memoryStorage();
    const [ann, bob] = [writer(server, { sub: 'ann' }), writer(server, { sub: 'bob' }, { storage })];
    await Promise.all([synced(ann), synced(bob)]);
    ann.text.insert(0, 'words of ann');
    await ann.provider.stored();
    await until(() => bob.text.length === 12);
    const at = (clock: number) => ({ client: ann.doc.clientID, clock }) as Y.ID;
    bob.text.delete(0, 5);
    assert.equal(bob.provider.deleterOf(at(0)), undefined);
    await bob.provider.stored();
    ann.text.delete(ann.text.length - 1, 1);
    await ann.provider.stored();
    await until(() => bob.text.length === ann.text.length && ann.text.length === 6);
    const cid = writer(server, { sub: 'cid' });
    await synced(cid);
    await bob.client.room('note:1').leave();
    bob.client.disconnect();
    await server.close();
    const back = writer(server, { sub: 'bob' }, { storage });
    await until(() => back.text.length === 6);
    for (const { provider } of [ann, bob, cid, back])
      assert.deepEqual(
        [0, 4, 5, 11].map((clock) => provider.deleterOf(at(clock))),
        ['bob', 'bob', undefined, 'ann'],
      );
  });

  it('brings in what a document has already', async () => {
    const server = await startServer({ kinds });
    const doc = new Y.Doc();
    doc.transact(() => {
      for (let at = 0; at < 5_000; at++) doc.getText('text').insert(0, `${at} `);
    });
    const ann = writer(server, { sub: 'ann' }, { doc });
    await ann.provider.stored();
    const bob = writer(server, { sub: 'bob' });
    await synced(bob);
    assert.equal(bob.text.toString(), ann.text.toString());
  });

  it('tells who is there, and whose each state is, until they go', async () => {
    const server = await startServer({ kinds });
    const [ann, bob] = [writer(server, { sub: 'ann' }), writer(server, { sub: 'bob', rooms: { '*': 'viewer' } })];
    await Promise.all([synced(ann), synced(bob)]);
    ann.provider.awareness.setLocalStateField('user', { name: 'Ann', color: '#f00' });
    const others = () => [...bob.provider.awareness.getStates()].filter(([id]) => id !== bob.doc.clientID);
    await until(() => others().length === 1 && 'user' in (others()[0]?.[1] ?? {}));
    assert.deepEqual(others()[0]?.[1], { user: { name: 'Ann', color: '#f00' }, user_id: 'ann' });
    const changes: { removed: number[] }[] = [];
    bob.provider.awareness.on('change', (change: { removed: number[] }) => changes.push(change));
    ann.client.disconnect();
    await until(() => others().length === 0);
    assert.equal(changes.at(-1)?.removed.length, 1);
  });

  it('takes nothing from who may only read, who can give up what was written', async () => {
    const server = await startServer({ kinds });
    const ann = writer(server, { sub: 'ann' });
    ann.text.insert(0, 'read me');
    await ann.provider.stored();
    const bob = writer(server, { sub: 'bob', rooms: { '*': 'viewer' } });
    await synced(bob);
    assert.equal(bob.provider.role, 'viewer');
    bob.text.insert(0, 'not ');
    assert.equal(bob.provider.synced, false);
    assert.equal(bob.provider.hasUnsent, true);
    const [reloaded] = await Promise.all([
      new Promise<Y.Doc>((resolve) => bob.provider.on('reload', resolve)),
      bob.provider.discard(),
    ]);
    assert.equal(reloaded, bob.provider.doc);
    await synced(bob);
    assert.equal(reloaded.getText('text').toString(), 'read me');
    assert.equal(ann.text.toString(), 'read me');
  });

  it('refuses what is bad, costly or another\u2019s, and nothing is changed by it', async () => {
    const server = await startServer({ kinds });
    const ann = writer(server, { sub: 'ann' });
    ann.text.insert(0, 'a');
    await ann.provider.stored();
    const eve = await member(server, { sub: 'eve' }, { room_id: 'note:1', client_id: 'eve' });
    const { clientID } = ann.doc;
    const refuses = (code: ErrorCode, update: Uint8Array | string) => {
      const operation = typeof update === 'string' ? update : toBase64(update);
      return refused(eve, 'collaboration_operation', { room_id: 'note:1', operation }, code);
    };
    await refuses('bad_request', 'no base64');
    await refuses('bad_request', Y.convertUpdateFormatV1ToV2(updateOf(7, 0, [{}])));
    await refuses('forbidden', updateOf(clientID, 1, [{ left: [clientID, 0] }]));
    await refuses('conflict', updateOf(7, 0, [{ left: [8, 0] }]));
    await refuses('too_large', costlyUpdate(7, 6_000));
    for (let gap = 1; gap <= 100; gap++) await refuses('conflict', updateOf(7, gap, [{}]));
    const bob = writer(server, { sub: 'bob' });
    await synced(bob);
    assert.deepEqual(Y.encodeStateAsUpdate(bob.doc), Y.encodeStateAsUpdate(ann.doc));
  });

  it('tries what is large with what its client has sent just before, and waits for no answer', async () => {
    const server = await startServer({ kinds });
    const ann = await member(server, { sub: 'ann' }, { room_id: 'note:1', client_id: 'ann' });
    const write = (clock: number, items: Parameters<typeof updateOf>[2]) =>
      ask(ann, 'collaboration_operation', {
        room_id: 'note:1',
        operation: toBase64(updateOf(1, clock, items)),
        sequence: clock + 1,
      });
    const many = Array.from({ length: 100 }, (_, at) => ({ left: [1, at] as const }));
    const answers = await Promise.all([write(0, [{}]), write(1, many), write(101, [{ left: [1, 100] }])]);
    assert.deepEqual(
      answers,
      [1, 2, 3].map((revision) => ({ ok: true, revision })),
    );
  });

  it('goes on after a reload with what was unsent, which was put beside what was kept', async () => {
    const log = createMemoryLog();
    const server = await startServer({ kinds, log });
    const storage = memoryStorage();
    const ann = writer(server, { sub: 'ann' }, { storage });
    ann.text.insert(0, 'sent');
    await ann.provider.stored();
    await server.close();
    await until(() => ann.provider.status !== 'connected');
    ann.text.insert(4, ', unsent');
    ann.text.delete(0, 1);
    await ann.client.room('note:1').leave();
    ann.client.disconnect();
    const rows = (await storage.keys()).filter((key) => /^\+\d+ /.test(key));
    assert.ok(rows.length > 1, `${rows}`);
    const again = await startServer({ kinds, log, port: Number(new URL(server.url).port) });
    const back = writer(again, { sub: 'ann' }, { storage });
    await until(() => back.text.toString() === 'ent, unsent');
    await back.provider.stored();
    const bob = writer(again, { sub: 'bob' });
    await synced(bob);
    assert.equal(bob.text.toString(), 'ent, unsent');
  });

  it('is compacted before a snapshot, and who wrote what stays known', async () => {
    const log = createMemoryLog();
    const server = await startServer({ kinds, log });
    const ann = writer(server, { sub: 'ann' });
    await synced(ann);
    for (let words = 0; words < 40; words++) {
      ann.text.insert(0, `some words that take a little more, the ${words}th `);
      await ann.provider.stored();
    }
    await ann.client.room('note:1').leave();
    await server.close();
    const again = await startServer({ kinds, log });
    const bob = writer(again, { sub: 'bob' });
    await synced(bob);
    assert.equal(bob.text.toString(), ann.text.toString());
    assert.equal(bob.provider.userOf(ann.doc.clientID), 'ann');
  });
});
