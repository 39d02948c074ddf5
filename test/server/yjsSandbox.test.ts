import assert from 'node:assert/strict';
import * as Y from 'yjs';
import { Sandbox } from '../../server/yjs/sandbox.ts';
import { Refusal } from '../../shared/refusals.ts';
import { costlyUpdate, updateOf } from '../support/yjsUpdates.ts';

const empty = Uint8Array.from([0, 0]);

describe('the sandbox of Yjs', () => {
  it('compacts what updates make', async () => {
    const doc = new Y.Doc();
    const updates: Uint8Array[] = [];
    doc.on('update', (update: Uint8Array) => updates.push(update));
    for (const letter of 'letters') doc.getText('text').insert(0, letter);
    assert.deepEqual(await new Sandbox().compact(updates), Y.encodeStateAsUpdate(doc));
  });

  it('takes a paste of 2,000 paragraphs, and refuses updates that take long, of 56 KB and of 144 KB', async () => {
    const sandbox = new Sandbox();
    const doc = new Y.Doc();
    doc.transact(() => {
      for (let at = 0; at < 2_000; at++) {
        const paragraph = new Y.XmlElement('p');
        paragraph.insert(0, [new Y.XmlText(`paragraph ${at}`)]);
        doc.getXmlFragment('page').insert(at, [paragraph]);
      }
    });
    const paste = Y.encodeStateAsUpdate(doc);
    // One after the other, though all are asked for at once.
    const tried = [56, 144].map((kilobytes) => sandbox.try([empty], costlyUpdate(1, (kilobytes * 1024) / 9)));
    const taken = sandbox.try([empty], paste);
    for (const trial of tried)
      await assert.rejects(trial, (error) => error instanceof Refusal && error.error_code === 'too_large');
    await taken;
  });

  it('refuses what Yjs throws at', async () => {
    const trial = new Sandbox().try([empty], Uint8Array.from([1, 1, 7, 0, 7, 1, 1, 116, 9, 0]));
    await assert.rejects(trial, (error) => error instanceof Refusal && error.error_code === 'invalid_operation');
  });

  it('refuses what waits for something else: it was not tried', async () => {
    const trial = new Sandbox().try([empty], updateOf(1, 0, [{ left: [2, 0] }]));
    await assert.rejects(trial, (error) => error instanceof Refusal && error.error_code === 'conflict');
  });

  it('refuses more than it can try soon', async () => {
    const sandbox = new Sandbox();
    const trials = Array.from({ length: 80 }, () => sandbox.try([empty], empty));
    const outcomes = await Promise.allSettled(trials);
    assert.ok(outcomes.slice(0, 60).every(({ status }) => status === 'fulfilled'));
    await assert.rejects(
      trials[79] as Promise<void>,
      (error) => error instanceof Refusal && error.error_code === 'rate_limited',
    );
    await sandbox.try([empty], empty);
  });
});
