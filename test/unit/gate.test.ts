import assert from 'node:assert/strict';
import { Gate } from '../../server/rooms/gate.ts';

describe('a gate', () => {
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  /** Work that goes on until it is ended, and which of it has begun. */
  function works(gate: Gate) {
    const begun: string[] = [];
    const ends = new Map<string, () => void>();
    const begin = (name: string, bytes: number, end: Promise<void> = new Promise((end) => ends.set(name, end))) =>
      gate.pass(bytes, () => {
        begun.push(name);
        return end;
      });
    return { begun, begin, end: (name: string) => ends.get(name)?.() };
  }

  it('lets in as much as has so many bytes together, in the order in which it came', async () => {
    const { begun, begin, end } = works(new Gate(100));
    for (const [name, bytes] of [
      ['a', 60],
      ['b', 40],
      ['c', 50],
      ['d', 1],
    ] as const)
      void begin(name, bytes);
    await turn();
    assert.deepEqual(begun, ['a', 'b']);
    end('b');
    await turn();
    assert.deepEqual(begun, ['a', 'b']);
    end('a');
    await turn();
    assert.deepEqual(begun, ['a', 'b', 'c', 'd']);
  });

  it('lets in alone what has more than that', async () => {
    const { begun, begin, end } = works(new Gate(100));
    for (const [name, bytes] of [
      ['a', 10],
      ['b', 500],
      ['c', 10],
    ] as const)
      void begin(name, bytes);
    await turn();
    assert.deepEqual(begun, ['a']);
    end('a');
    await turn();
    assert.deepEqual(begun, ['a', 'b']);
    end('b');
    await turn();
    assert.deepEqual(begun, ['a', 'b', 'c']);
  });

  it('goes on where something fails', async () => {
    const { begun, begin } = works(new Gate(100));
    const failing = begin('a', 100, Promise.reject(new Error('no')));
    const next = begin('b', 100, Promise.resolve());
    await assert.rejects(failing, /no/);
    await next;
    assert.deepEqual(begun, ['a', 'b']);
  });
});
