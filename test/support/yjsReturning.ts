import assert from 'node:assert/strict';
import type { Store } from './returning.ts';
import { until } from './until.ts';
import { synced, type Writer, writer } from './yjsRoom.ts';

/**
 * A backup is taken, three go on writing into each other's words and go away, the backup is put back, somebody else writes
 * until the numbers fit again, and the three come back: everybody ends with the same, what was acknowledged is there once,
 * and it is known whose it is.
 */
export async function yjsComesBackAfterRestore(store: Store): Promise<void> {
  const server = { url: store.url() };
  const open = (sub: string) => writer(server, { sub }, { transports: ['websocket'] } as object);
  const crowd = ['ann', 'ben', 'cid'].map(open);
  await Promise.all(crowd.map(synced));
  await write(crowd, 0, 'kept ');
  await store.backUp();
  for (const word of ['lost ', 'twice ']) for (const each of crowd.keys()) await write(crowd, each, word);
  const [ann, ben, cid] = crowd as [Writer, Writer, Writer];
  // Who deletes a word of another builds on what is lost.
  ben.text.delete(0, 'twice '.length);
  await ben.provider.stored();
  for (const { client } of crowd) client.disconnect();
  ann.text.insert(0, 'unsent ');
  await store.restore();
  const eve = open('eve');
  await synced(eve);
  assert.equal(eve.text.toString(), 'kept ');
  for (let word = 0; word < 9; word++) await write([eve], 0, 'new ');
  for (const { client } of [cid, ben, ann]) client.connect();
  await Promise.all(crowd.map(synced));
  await until(() => crowd.every(({ text }) => text.toString() === eve.text.toString()));
  const words = eve.text.toString().split(' ').sort();
  const all = ['', 'kept', ...Array(3).fill('lost'), ...Array(2).fill('twice'), 'unsent', ...Array(9).fill('new')];
  assert.deepEqual(words, all.sort());
  for (const [each, name] of ['ann', 'ben', 'cid'].entries())
    assert.equal(eve.provider.userOf(crowd[each]?.doc.clientID ?? 0), name);
}

/** One of them writes a word in front of all, which everybody sees. */
async function write(crowd: readonly Writer[], each: number, word: string): Promise<void> {
  const { text, provider } = crowd[each] as Writer;
  text.insert(0, word);
  await provider.stored();
  await until(() => crowd.every((other) => other.text.toString() === text.toString()));
}
