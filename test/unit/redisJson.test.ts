import assert from 'node:assert/strict';
import { decode, encode } from '../../server/redis/json.ts';

const bytes = new Uint8Array([0, 255, 7]);

/** Values, and whether they are written as any JSON is. */
const values: Record<string, { value: unknown; asJson: boolean }> = {
  'an entry': { value: { operation: [3, 'x', { d: 1 }], client_id: 'a', timestamp: 1.5 }, asJson: true },
  'keys that only end like that': { value: { binary: 1, _$binary: [2], $binaryx: null }, asJson: true },
  bytes: { value: bytes, asJson: false },
  'no bytes': { value: new Uint8Array(), asJson: false },
  'bytes in a list in an object': { value: { before: 'x', update: [1, [bytes]], after: null }, asJson: false },
  'a key like the one of bytes': { value: { $binary: 'AA==' }, asJson: false },
  'a key like an escaped one': { value: [{ $$binary: { $binary: 1, $$$binary: 'x' } }], asJson: false },
  'bytes beside such keys': { value: { $binary: { $$binary: bytes } }, asJson: false },
};

describe('JSON with bytes in it, for Redis', () => {
  for (const [name, { value, asJson }] of Object.entries(values)) {
    it(`of ${name} comes back to the letter`, () => {
      const text = encode(value);
      assert.deepEqual(decode(text), value);
      assert.equal(text === JSON.stringify(value), asJson);
    });
  }

  it('is text in any case', () => {
    assert.equal(encode({ update: Buffer.from(bytes) }), '{"update":{"$binary":"AP8H"}}');
  });
});
