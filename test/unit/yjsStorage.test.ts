import assert from 'node:assert/strict';
import * as Y from 'yjs';
import { memoryStorage } from '../../client/index.ts';
import { SharedDoc } from '../../client/yjs/document.ts';
import { appending } from '../../client/yjs/storage.ts';

const key = '["https://notes.example","","ann"] note:1 a';

function documentOf(doc = new Y.Doc()): SharedDoc {
  const around = { client_id: 'a', now: () => 0, user_id: () => 'ann', ask: () => assert.fail() };
  return new SharedDoc(around, doc);
}

const kept = (shared: SharedDoc) => ({ saved: shared.save(), unsent: true, at: 0, role: undefined });

/** What another page makes of it. */
async function restored(storage: ReturnType<typeof memoryStorage>): Promise<string> {
  const found = (await appending(storage).get(key)) as ReturnType<typeof kept>;
  const shared = documentOf();
  shared.restore(found.saved);
  assert.equal(shared.status.hasUnsent, true);
  return shared.doc.getText('text').toString();
}

describe('what is kept of a document of Yjs', () => {
  it('is put beside what is there, and made one again after a while', async () => {
    const storage = memoryStorage();
    const over = appending(storage);
    const shared = documentOf();
    const text = shared.doc.getText('text');
    let whole = 0;
    for (let edit = 0; edit < 1_500; edit++) {
      text.insert(0, edit % 10 === 0 ? '\n' : 'x');
      if (edit % 100 !== 0) continue;
      await over.set(key, kept(shared));
      if ((await storage.keys()).length === 2) whole += 1;
      assert.equal(await restored(storage), text.toString());
    }
    assert.equal(whole, 2);
    assert.deepEqual(await over.keys(), [key]);
  });

  it('goes on from what an earlier page left, and is deleted with all that belongs to it', async () => {
    const storage = memoryStorage();
    const first = documentOf();
    const over = appending(storage);
    await over.set(key, kept(first));
    first.doc.getText('text').insert(0, 'one');
    await over.set(key, kept(first));
    const next = appending(storage);
    const second = documentOf();
    second.restore(((await next.get(key)) as ReturnType<typeof kept>).saved);
    second.doc.getText('text').insert(3, ' two');
    const rows = (await storage.keys()).length;
    await next.set(key, kept(second));
    assert.equal((await storage.keys()).length, rows + 1);
    assert.equal(await restored(storage), 'one two');
    await next.set('["other"]', { saved: { client_id: 'b' } });
    assert.deepEqual(await next.get('["other"]'), { saved: { client_id: 'b' } });
    await next.delete(key);
    assert.deepEqual(await storage.keys(), ['["other"]']);
  });

  it('is what a page left that knew of nothing earlier, behind that', async () => {
    const storage = memoryStorage();
    const over = appending(storage);
    const first = documentOf();
    first.doc.getText('text').insert(0, 'one');
    await over.set(key, kept(first));
    const found = (await over.get(key)) as ReturnType<typeof kept>;
    const second = documentOf();
    second.doc.getText('text').insert(0, 'two');
    await over.set(key, { ...kept(second), saved: second.behind(found.saved, second.save()) });
    assert.deepEqual([...(await restored(storage))].sort(), [...'onetwo'].sort());
  });
});
