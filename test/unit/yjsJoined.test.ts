import assert from 'node:assert/strict';
import { joinedFrom, parted } from '../../server/yjs/joined.ts';

describe('updates that another thread is handed', () => {
  for (const lengths of [[], [0], [3], [1, 0, 300, 2]]) {
    it(`are the same there: ${lengths.length} of them, of ${lengths.join(', ') || 'no'} bytes`, () => {
      const updates = lengths.map((length, index) => new Uint8Array(length).fill(index + 1));
      const joined = joinedFrom(updates);
      assert.deepEqual(parted(joined), updates);
      assert.equal(joined.bytes.buffer.byteLength, joined.bytes.length, 'nothing else goes along');
    });
  }
});
