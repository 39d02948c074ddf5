import assert from 'node:assert/strict';
import { SharedText } from '../../client/documents/text.ts';
import { claim } from '../../client/room/claim.ts';
import { clean } from '../../client/room/cleaning.ts';
import type { Kept } from '../../client/room/persistence.ts';
import { memoryStorage, type ReplicaStorage } from '../../client/room/storage.ts';
import type { Role } from '../../shared/rooms.ts';

const day = 24 * 3_600_000;
const now = 100 * day;
const keyOf = (name: string) => `["url","","ada"] song:1 ${name}`;

/** A text that is all in the log, and perhaps something that is not. */
function textOf(name: string, { characters = 10, unsent = '' }) {
  const text = new SharedText({ client_id: name, now: () => 0 });
  if (unsent !== '') text.insert(0, unsent);
  return { ...text.save(), text: 'x'.repeat(characters) };
}

interface Replica {
  /** In days. */
  age?: number;
  role?: Role;
  unsent?: string;
  characters?: number;
}

async function storageWith(replicas: Record<string, Replica>): Promise<ReplicaStorage> {
  const storage = memoryStorage();
  for (const [name, { age = 0, role = 'editor', ...content }] of Object.entries(replicas)) {
    const saved = textOf(name, content);
    const kept: Kept = { saved, unsent: saved.pending.length > 0, at: now - age * day, role };
    await storage.set(keyOf(name), kept);
  }
  return storage;
}

async function left(storage: ReplicaStorage): Promise<string[]> {
  await clean({ storage, claim }, now);
  return (await storage.keys()).map((key) => key.split(' ').at(-1) ?? '').sort();
}

describe('cleaning', () => {
  it('deletes what nobody has opened for 30 days, and what one may only read after one', async () => {
    const storage = await storageWith({
      young: { age: 29.9 },
      old: { age: 30.1 },
      hosted: { age: 20, role: 'host' },
      readToday: { age: 0.9, role: 'viewer' },
      readBefore: { age: 1.1, role: 'viewer' },
    });
    assert.deepEqual(await left(storage), ['hosted', 'readToday', 'young']);
  });

  it('deletes the oldest of more than 20 MiB', async () => {
    const characters = 6 * 2 ** 20;
    const storage = await storageWith({
      first: { age: 4, characters },
      second: { age: 3, characters },
      third: { age: 2, characters },
      fourth: { age: 1, characters },
      small: { age: 5 },
    });
    assert.deepEqual(await left(storage), ['fourth', 'second', 'third']);
  });

  it('never deletes what has something unsent, however old and much it is', async () => {
    const characters = 15 * 2 ** 20;
    const storage = await storageWith({
      unsent: { age: 400, role: 'viewer', unsent: 'x', characters },
      unsentToo: { age: 300, unsent: 'x', characters },
      sent: { age: 1 },
    });
    const inFlight = await storage.get(keyOf('sent'));
    const { saved, ...rest } = inFlight as Kept;
    await storage.set(keyOf('flying'), {
      ...rest,
      at: 0,
      unsent: true,
      saved: { ...saved, client_id: 'flying' },
    });
    assert.deepEqual(await left(storage), ['flying', 'unsent', 'unsentToo']);
  });

  it('leaves alone what is open in a tab, and what is none of the client’s', async () => {
    const storage = await storageWith({ open: { age: 40 }, closed: { age: 40 } });
    await storage.set('the application’s', 'old');
    const release = await claim(keyOf('open'));
    assert.deepEqual(await left(storage), ['application’s', 'open']);
    release?.();
    assert.deepEqual(await left(storage), ['application’s']);
  });

  it('deletes garbage, and who was greeted 30 days ago', async () => {
    const storage = await storageWith({ fine: {} });
    for (const [at, garbage] of [null, 5, 'x', { text: 'x' }, { at: 'x' }].entries())
      await storage.set(keyOf(`garbage${at}`), garbage);
    await storage.set('["one"]', { owner: 'ada', at: now - 31 * day });
    await storage.set('["two"]', { owner: 'ada', at: now - 29 * day });
    assert.deepEqual(await left(storage), ['["two"]', 'fine']);
  });
});
