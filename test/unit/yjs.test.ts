import assert from 'node:assert/strict';
import * as Y from 'yjs';
import { toBase64 } from '../../shared/documents/yjs/base64.ts';
import { compacted, deletionsOf, renamed, updatesOf, type YjsContent } from '../../shared/documents/yjs/content.ts';
import { Deletions } from '../../shared/documents/yjs/deletions.ts';
import { yjs } from '../../shared/documents/yjs.ts';
import { Refusal } from '../../shared/refusals.ts';
import { Random } from '../support/random.ts';
import { editAnything } from '../support/yjsEdits.ts';

const limits = { max_operation_bytes: 262_144, max_operation_parts: 2_000 };

/** The content after an update by a user, checked as the server does. */
function after(content: YjsContent, update: Uint8Array, user_id = 'ann'): YjsContent {
  const operation = yjs.decode(toBase64(update), limits);
  yjs.check(operation, { length: 0, content }, { user_id, role: 'editor' });
  return yjs.apply(content, { operation, client_id: `of ${user_id}`, user_id, timestamp: 0 });
}

/** The document that a content makes. */
function docOf(content: YjsContent): Y.Doc {
  const doc = new Y.Doc();
  for (const update of updatesOf(content)) Y.applyUpdate(doc, update);
  return doc;
}

/** Two people who change a document of anything, and what the server makes of it. */
function story(seed: number, edits: number): { content: YjsContent; docs: [Y.Doc, Y.Doc] } {
  const random = new Random(seed);
  const docs: [Y.Doc, Y.Doc] = [new Y.Doc(), new Y.Doc()];
  let content = yjs.create();
  docs.forEach((doc, of) => {
    doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin === 'other') return;
      content = after(content, update, of ? 'bob' : 'ann');
      Y.applyUpdate(docs[1 - of] as Y.Doc, update, 'other');
    });
  });
  for (let edit = 0; edit < edits; edit++) editAnything(random.pick(docs), random);
  return { content, docs };
}

describe('a document of Yjs', () => {
  it('is what its updates make, before and after it was stored and compacted', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const { content, docs } = story(seed, 80);
      const state = Y.encodeStateAsUpdate(docs[0]);
      const small = compacted(content, Y.encodeStateAsUpdate(docOf(content)), deletionsOf(content));
      const through = (value: unknown) => yjs.load(JSON.parse(JSON.stringify(value)));
      for (const same of [content, through(yjs.save(content)), small, through(yjs.save(small))])
        assert.deepEqual(Y.encodeStateAsUpdate(docOf(same)), state);
      assert.ok(yjs.bytes(small) < yjs.bytes(content));
    }
  });

  it('knows who wrote and who deleted what, also when all of it is compacted', () => {
    const { content, docs } = story(3, 120);
    const small = yjs.load(yjs.save(compacted(content, Y.encodeStateAsUpdate(docs[0]), deletionsOf(content))));
    docs.forEach((doc, of) => {
      const user_id = of ? 'bob' : 'ann';
      const client = doc.clientID;
      assert.deepEqual(small.clients.get(client), { client, clock: Y.getState(doc.store, client), user_id });
    });
    const { ds } = Y.decodeUpdate(Y.encodeStateAsUpdate(docs[0]));
    for (const [client, items] of ds.clients)
      for (const { clock } of items)
        assert.equal(deletionsOf(small).by(client, clock), deletionsOf(content).by(client, clock));
  });

  it('names who deleted something first', () => {
    const span = (clock: number, length: number) => [{ client: 1, clock, length }];
    const deletions = Deletions.none.with([
      { spans: span(10, 5), user_id: 'ann' },
      { spans: span(0, 30), user_id: 'bob' },
      { spans: span(15, 25), user_id: 'ann' },
      { spans: span(40, 5), user_id: 'ann' },
    ]);
    const by = Array.from({ length: 46 }, (_, clock) => deletions.by(1, clock)?.[0] ?? '-').join('');
    assert.equal(by, `${'b'.repeat(10)}${'a'.repeat(5)}${'b'.repeat(15)}${'a'.repeat(15)}-`);
    assert.equal(deletions.size, 4);
    const places = new Map([...deletions.users].map((user_id, place) => [user_id, place]));
    const loaded = Deletions.load(deletions.save(places), [...places.keys()]);
    assert.deepEqual(loaded.renamed('ann', 'bob').by(1, 12), 'bob');
    assert.equal(loaded.by(1, 12), 'ann');
    assert.equal(loaded.by(2, 12), undefined);
  });

  it('names who deleted something where others deleted most of it before, in more spans than a call has arguments', () => {
    const many = 200_000;
    const spans = Array.from({ length: many }, (_, at) => ({ client: 1, clock: 2 * at, length: 1 }));
    const deletions = Deletions.none
      .with([{ spans, user_id: 'ann' }])
      .with([{ spans: [{ client: 1, clock: 0, length: 2 * many }], user_id: 'bob' }]);
    assert.equal(deletions.size, 2 * many);
    for (const clock of [0, 1, many, many + 1, 2 * many - 1])
      assert.equal(deletions.by(1, clock), clock % 2 === 0 ? 'ann' : 'bob');
  });

  it('has another name for who was erased', () => {
    const { content } = story(5, 60);
    const without = renamed(content, 'ann', 'erased-1');
    assert.ok(!JSON.stringify(yjs.save(without)).includes('ann'));
    assert.equal(renamed(content, 'eve', 'erased-1'), content);
  });

  it('takes updates in base64, and nothing else', () => {
    const update = 'AQEHAAQBBHRleHQBeAA=';
    assert.equal(yjs.decode(update, limits), update);
    for (const raw of [7, null, {}, '', 'AAA', 'AAA=', ' ', `${update}\n`, 'AQEHAAQBBHRleHQBeAA', 'é', 'AAAA'])
      assert.throws(
        () => yjs.decode(raw, limits),
        (error) => error instanceof Refusal && error.error_code === 'bad_request',
      );
    assert.throws(
      () => yjs.decode('A'.repeat(400_000), limits),
      (error) => error instanceof Refusal && error.error_code === 'too_large',
    );
  });

  it('takes deletions where it is full', () => {
    const doc = new Y.Doc();
    const updates: Uint8Array[] = [];
    doc.on('update', (update: Uint8Array) => updates.push(update));
    doc.getText('text').insert(0, 'words');
    doc.getText('text').delete(0, 2);
    assert.deepEqual(
      updates.map((update) => yjs.frees(toBase64(update))),
      [false, true],
    );
  });
});
