import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { brokenAt, canonical, noProof, proofOf } from '../../server/logs/proof.ts';
import type { TextOperation } from '../../shared/documents/text/operation.ts';
import { type TextPosition, text } from '../../shared/documents/text.ts';
import type { Entry, Side } from '../../shared/documents/type.ts';
import type { ErrorCode } from '../../shared/refusals.ts';

/** The cases that clients in other languages are tested with; the file's `about` explains them. */
interface Vectors {
  apply: { content: string; operation: TextOperation; result: string }[];
  transform: { operation: TextOperation; over: TextOperation; side: Side; result: TextOperation }[];
  compose: { first: TextOperation; second: TextOperation; result: TextOperation }[];
  invert: { content: string; operation: TextOperation; result: TextOperation }[];
  decode: { operation: unknown; result: TextOperation }[];
  positions: { position: TextPosition; operation: TextOperation; own: boolean; result: TextPosition }[];
  refused: { content: string; operation: unknown; error_code: ErrorCode }[];
}

const vectors = JSON.parse(readFileSync(new URL('../vectors/text.json', import.meta.url), 'utf8')) as Vectors;
const limits = { max_operation_bytes: 262_144, max_operation_parts: 2_000 };
const author = { user_id: 'ann', role: 'editor' } as const;

describe('the test vectors of text', () => {
  each('apply', ({ content, operation, result }) => {
    const entry = { operation, client_id: 'a', user_id: 'ann', timestamp: 0 };
    assert.equal(text.save(text.apply(text.load(content), entry, 1)), result);
  });

  each('transform', ({ operation, over, side, result }) => {
    assert.deepEqual(text.transform?.(operation, over, side), result);
  });

  each('compose', ({ first, second, result }) => {
    assert.deepEqual(text.compose?.(first, second), result);
  });

  each('invert', ({ content, operation, result }) => {
    assert.deepEqual(text.invert?.(operation, text.load(content)), result);
  });

  each('decode', ({ operation, result }) => {
    assert.deepEqual(text.decode(operation, limits), result);
  });

  each('positions', ({ position, operation, own, result }) => {
    assert.deepEqual(text.transformPosition?.(text.decodePosition(position), operation, own), result);
  });

  each('refused', ({ content, operation, error_code }) => {
    const base = { length: text.length(text.load(content)) };
    assert.throws(() => text.check(text.decode(operation, limits), base, author), { name: 'Refusal', error_code });
  });
});

describe('the test vectors of proofs', () => {
  const file = new URL('../vectors/proof.json', import.meta.url);
  const { history } = JSON.parse(readFileSync(file, 'utf8')) as {
    history: { entry: Entry; canonical: string; proof: string }[];
  };

  it(`hold for a history of ${history.length} entries`, () => {
    let before = noProof;
    for (const { entry, canonical: form, proof } of history) {
      assert.equal(canonical(entry), form);
      assert.equal(proofOf(before, entry), proof);
      before = proof;
    }
  });

  it('tell an entry that is another one, one that is missing, and two that have changed places', () => {
    const proved = history.map(({ entry, proof }) => ({ entry, proof }));
    const [one, two, three] = proved;
    assert.ok(one && two && three);
    assert.equal(brokenAt(noProof, proved), undefined);
    assert.equal(brokenAt(noProof, [one, { ...two, entry: { ...two.entry, user_id: 'eve' } }, three]), 1);
    assert.equal(brokenAt(noProof, [one, three]), 1);
    assert.equal(brokenAt(noProof, [one, three, two]), 1);
    assert.equal(brokenAt('another', [one, two, three]), 0);
  });

  it('go on from the proof that a redacted entry keeps', () => {
    const [one, two, three] = history.map(({ entry, proof }) => ({ entry, proof }));
    assert.ok(one && two && three);
    const redacted = { ...two, entry: { ...two.entry, operation: [], redacted: 'edited' as const } };
    assert.equal(brokenAt(noProof, [one, redacted, three]), undefined);
    assert.equal(brokenAt(noProof, [one, redacted, { ...three, entry: one.entry }]), 2);
  });
});

/** One test over all cases of a section; a failure shows its case. */
function each<Section extends keyof Vectors>(
  section: Section,
  check: (vector: Vectors[Section][number]) => void,
): void {
  it(`hold for ${section}, ${vectors[section].length} cases`, () => {
    for (const vector of vectors[section]) {
      try {
        check(vector);
      } catch (error) {
        throw new Error(`in ${JSON.stringify(vector)}`, { cause: error });
      }
    }
  });
}
