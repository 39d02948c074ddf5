import assert from 'node:assert/strict';
import { IDBFactory, IDBTransaction } from 'fake-indexeddb';
import { claim } from '../../client/room/claim.ts';
import { browserStorage, defaultStorage, memoryStorage, type ReplicaStorage } from '../../client/room/storage.ts';
import { cleanup } from '../support/cleanup.ts';
import { until } from '../support/until.ts';

/** Puts something into the place of a property until the test ends. */
function replace<Owner extends object>(owner: Owner, properties: Partial<Owner> & object): void {
  for (const name of Object.keys(properties)) {
    const before = Object.getOwnPropertyDescriptor(owner, name);
    cleanup(() => {
      if (before) Object.defineProperty(owner, name, before);
      else Reflect.deleteProperty(owner, name);
    });
    Object.defineProperty(owner, name, {
      configurable: true,
      writable: true,
      value: Reflect.get(properties, name),
    });
  }
}

/** What IndexedDB is from now on. */
const useDatabase = (indexedDB: unknown) => replace(globalThis, { indexedDB } as object);

const value = { text: 'Hello 😀', in_flight: { operation: [3, { d: 1 }], sequence: 4 }, pending: ['x'] };

const storages: Record<string, () => ReplicaStorage> = {
  memory: memoryStorage,
  IndexedDB: () => {
    useDatabase(new IDBFactory());
    return browserStorage({ onError: (error) => assert.fail(String(error)) });
  },
  'IndexedDB that fails': () => {
    useDatabase(undefined);
    return browserStorage();
  },
};

for (const [name, open] of Object.entries(storages)) {
  describe(`a storage over ${name}`, () => {
    it('has what was put into it last', async () => {
      const storage = open();
      assert.equal(await storage.get('a'), undefined);
      await storage.set('a', { text: 'before' });
      await storage.set('a', value);
      assert.deepEqual(await storage.get('a'), value);
    });

    it('keeps a value as it was, whatever becomes of it outside', async () => {
      const storage = open();
      const changing = structuredClone(value);
      await storage.set('a', changing);
      changing.pending.push('y');
      assert.deepEqual(await storage.get('a'), value);
    });

    it('names its keys, and forgets what is deleted', async () => {
      const storage = open();
      for (const key of ['a', 'b', 'c']) await storage.set(key, value);
      await storage.delete('b');
      await storage.delete('never there');
      assert.deepEqual((await storage.keys()).sort(), ['a', 'c']);
      assert.equal(await storage.get('b'), undefined);
    });
  });
}

describe('the browser’s storage', () => {
  /** A storage, and what it tells of errors. */
  function opened() {
    const errors: string[] = [];
    const storage = browserStorage({ onError: (error) => void errors.push((error as Error).name) });
    return { storage, errors };
  }

  it('outlives the page', async () => {
    useDatabase(new IDBFactory());
    await opened().storage.set('a', value);
    assert.deepEqual(await opened().storage.get('a'), value);
  });

  it('is the default where there is one, and memory elsewhere', async () => {
    await defaultStorage().set('a', value);
    assert.equal(await defaultStorage().get('a'), undefined);
    useDatabase(new IDBFactory());
    await defaultStorage().set('a', value);
    assert.deepEqual(await defaultStorage().get('a'), value);
  });

  it('keeps in memory what there is no space for, says so once, and goes on when there is', async () => {
    const database = new IDBFactory();
    useDatabase(database);
    const { storage, errors } = opened();
    await storage.set('a', { text: 'before' });
    const { commit } = IDBTransaction.prototype;
    const isFull = { yet: true };
    replace(IDBTransaction.prototype, {
      // As browsers do it: the request is well, the transaction is not.
      commit(this: IDBTransaction) {
        if (isFull.yet) this.abort();
        else commit.apply(this);
      },
    });
    assert.equal(await storage.set('a', value), false);
    await storage.set('b', value);
    assert.deepEqual(await storage.get('a'), value);
    assert.deepEqual((await storage.keys()).sort(), ['a', 'b']);
    assert.deepEqual(await opened().storage.get('a'), { text: 'before' });
    isFull.yet = false;
    assert.equal(await storage.set('a', value), true);
    assert.deepEqual(await opened().storage.get('a'), value);
    assert.deepEqual(errors, ['Error']);
  });

  it('works where the page may not have a database', async () => {
    const refuse = () => {
      throw new DOMException('not in this page', 'SecurityError');
    };
    useDatabase({ open: refuse });
    const { setTimeout, clearTimeout } = globalThis;
    const waiting = new Set<unknown>();
    replace(globalThis, {
      setTimeout(late: () => void) {
        const timer = setTimeout(late, 5_000);
        waiting.add(timer);
        return timer;
      },
      clearTimeout(timer: NodeJS.Timeout) {
        clearTimeout(timer);
        waiting.delete(timer);
      },
    } as object);
    const { storage, errors } = opened();
    await storage.set('a', value);
    assert.deepEqual(await storage.get('a'), value);
    assert.deepEqual(await storage.keys(), ['a']);
    assert.deepEqual(errors, ['SecurityError']);
    assert.deepEqual([...waiting], [], 'nothing of it fails later');
  });

  it('works where the database can not be opened', async () => {
    const open = () => {
      const request: { error: Error; onerror?(): void } = { error: new DOMException('private', 'InvalidStateError') };
      queueMicrotask(() => request.onerror?.());
      return request;
    };
    useDatabase({ open });
    const { storage, errors } = opened();
    await storage.set('a', value);
    assert.deepEqual(await storage.get('a'), value);
    assert.deepEqual(errors, ['InvalidStateError']);
  });

  it('does not wait for ever for a database that does not answer', async () => {
    useDatabase({ open: () => ({}) });
    const { setTimeout } = globalThis;
    replace(globalThis, { setTimeout: (late: () => void) => setTimeout(late, 0) } as object);
    const { storage, errors } = opened();
    await storage.set('a', value);
    assert.deepEqual(await storage.get('a'), value);
    assert.deepEqual(errors, ['Error']);
  });
});

describe('a database that hangs', () => {
  it('is asked once, and again when it has answered after all', async () => {
    const database = new IDBFactory();
    let asked = 0;
    let answer = () => {};
    const isThere = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const open = () => {
      asked += 1;
      const request: { result?: IDBDatabase; onsuccess?(): void } = {};
      isThere.then(() => {
        const opening = database.open('tutti');
        opening.onupgradeneeded = () => opening.result.createObjectStore('replicas');
        opening.onsuccess = () => {
          request.result = opening.result;
          request.onsuccess?.();
        };
      });
      return request;
    };
    useDatabase({ open });
    const { setTimeout } = globalThis;
    let waits = 0;
    const wait = (late: () => void) => {
      waits += 1;
      return setTimeout(late, 0);
    };
    replace(globalThis, { setTimeout: wait } as object);
    const storage = browserStorage();
    assert.deepEqual(await storage.keys(), []);
    for (const key of ['a', 'b', 'c']) {
      assert.equal(await storage.get(key), undefined);
      assert.equal(await storage.set(key, value), false);
    }
    assert.deepEqual([asked, waits], [1, 1]);
    replace(globalThis, { setTimeout });
    answer();
    await until(async () => (await storage.set('a', value)) === true);
    assert.deepEqual(await storage.get('a'), value);
  });
});

describe('a claim', () => {
  it('is one holder’s until it is let go of', async () => {
    const release = await claim('song:1 replica');
    assert.ok(release);
    assert.equal(await claim('song:1 replica'), undefined);
    const other = await claim('song:2 replica');
    assert.ok(other);
    release();
    // The platform's locks, where there are any, take a moment to be let go of.
    const next = await claim('song:1 replica', 1_000);
    assert.ok(next);
    next();
    other();
  });

  it('is held within the page where the platform’s locks refuse', async () => {
    const request = () => Promise.reject(new DOMException('sandboxed', 'SecurityError'));
    replace(globalThis, { navigator: { locks: { request } } } as object);
    const release = await claim('sandboxed');
    assert.ok(release);
    assert.equal(await claim('sandboxed'), undefined);
    release();
  });
});
