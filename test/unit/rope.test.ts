import assert from 'node:assert/strict';
import { fromText, measure, type Rope, slice, splice, textsOf, toText } from '../../shared/documents/text/rope.ts';
import { collectGarbage } from '../support/garbage.ts';
import { Random } from '../support/random.ts';

describe('rope', () => {
  it('gives back the text it was made of', () => {
    for (const text of ['', 'a', '😀', '😀'.repeat(5_000), 'ab😀'.repeat(3_000), 'é'.repeat(1_025)]) {
      assert.equal(toText(fromText(text)), text);
    }
  });

  it('counts code points and UTF-8 bytes', () => {
    const text = 'a é 歌 😀 👩‍👩‍👧‍👦';
    const { length, bytes } = measure(text);
    assert.deepEqual({ length, bytes }, { length: [...text].length, bytes: Buffer.byteLength(text) });
  });

  it('slices between code points', () => {
    const points = [...'one 😀 two 歌 '.repeat(400)];
    const rope = fromText(points.join(''));
    for (const [from, to] of [
      [0, 0],
      [0, 5],
      [4, 5],
      [700, 2_500],
      [4_799, 4_800],
      [4_800, 4_800],
    ] as const) {
      assert.equal(slice(rope, from, to), points.slice(from, to).join(''));
    }
  });

  it('leaves the rope before an edit as it was', () => {
    const before = fromText('verse '.repeat(1_000));
    splice(before, 3_000, 3_006, 'chorus ');
    assert.equal(toText(before), 'verse '.repeat(1_000));
  });

  it('is what an array of code points would be, over 100,000 edits full of emoji', () => {
    const random = new Random();
    random.tell(() => {
      let points = [...random.text(2_000)];
      let rope = fromText(points.join(''));
      for (let edit = 1; edit <= 100_000; edit++) {
        // Long edits now and then, and deletions that keep the text from growing without end.
        const long = random.oneIn(2_000);
        const from = random.between(0, points.length);
        const room = points.length - from;
        const deleted = random.oneIn(2) ? Math.min(room, random.between(0, long ? 3_000 : 6)) : 0;
        const inserted = random.oneIn(2) ? random.text(long ? 1_500 : random.between(0, 3)) : '';
        rope = splice(rope, from, from + deleted, inserted);
        points.splice(from, deleted, ...inserted);
        assert.equal(rope.length, points.length);
        if (edit % 2_000 === 0) assertIs(rope, points.join(''));
        if (points.length > 20_000) {
          rope = splice(rope, 1_000, points.length - 1_000, '');
          points = [...points.slice(0, 1_000), ...points.slice(-1_000)];
        }
      }
      assertIs(rope, points.join(''));
    });
  });

  it('stays balanced and in full leaves over 100,000 keystrokes at the end', () => {
    let rope = fromText('');
    for (let typed = 0; typed < 100_000; typed++) rope = splice(rope, typed, typed, typed % 10 ? 'x' : '😀');
    assertIs(rope, `😀${'x'.repeat(9)}`.repeat(10_000));
  });

  it('stays balanced and in full leaves over 100,000 keystrokes at the beginning', () => {
    let rope = fromText('');
    for (let typed = 0; typed < 100_000; typed++) rope = splice(rope, 0, 0, 'x');
    assertIs(rope, 'x'.repeat(100_000));
  });

  it('has full leaves, but for the last two, of a text of any length', () => {
    for (const units of [1_025, 2_048, 2_049, 3_000, 262_144, 262_145, 263_000, 1_000_001]) {
      const rope = fromText('x'.repeat(units));
      assertIs(rope, 'x'.repeat(units));
      const leaves = [...textsOf(rope)].map(({ length }) => length);
      assert.ok(
        leaves.slice(0, -2).every((length) => length === 1_024),
        `${units}: ${leaves}`,
      );
    }
    for (const cut of [0, 1, 2])
      assertIs(fromText('x'.repeat(cut) + '😀'.repeat(50_000)), 'x'.repeat(cut) + '😀'.repeat(50_000));
  });

  it('shrinks to nothing under 100,000 deletions anywhere', () => {
    const random = new Random();
    random.tell(() => {
      let rope = fromText('ab😀d'.repeat(25_000));
      while (rope.length > 0) {
        const at = random.between(0, rope.length - 1);
        rope = splice(rope, at, at + 1, '');
        if (rope.length % 5_000 === 0) assertSound(rope);
      }
      assert.equal(rope.bytes, 0);
      assert.equal(toText(rope), '');
    });
  });

  it('keeps nothing of a long text but what stands in it', () => {
    let rope = fromText('');
    const before = used();
    for (let paste = 0; paste < 200; paste++) {
      rope = splice(rope, 0, 0, Buffer.alloc(256 * 1024, 97 + (paste % 26)).toString('latin1'));
      rope = splice(rope, 1_000, 256 * 1024, '');
    }
    assert.equal(rope.bytes, 200_000);
    const held = used() - before;
    assert.ok(held < 4 * 2 ** 20, `${held} bytes`);
    assert.equal(rope.length, 200_000);
  });
});

/** Bytes of the heap that are in use when garbage has been collected. */
function used(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

function assertIs(rope: Rope, text: string): void {
  assert.ok(toText(rope) === text, 'the text differs');
  assert.equal(rope.length, [...text].length);
  assert.equal(rope.bytes, Buffer.byteLength(text));
  assertSound(rope);
}

/** The tree is balanced, its sums are right, its leaves are neither small nor cut inside a pair. */
function assertSound(rope: Rope, isWhole = true): void {
  if ('text' in rope) {
    const { length, bytes } = measure(rope.text);
    assert.deepEqual([rope.length, rope.bytes], [length, bytes]);
    assert.ok(rope.text.isWellFormed());
    assert.ok(rope.text.length <= 1_024 && (isWhole || rope.text.length >= 256), `a leaf of ${rope.text.length} units`);
    return;
  }
  const { left, right } = rope;
  assert.equal(rope.height, Math.max(left.height, right.height) + 1);
  assert.ok(Math.abs(left.height - right.height) <= 1, `heights ${left.height} and ${right.height} side by side`);
  assert.deepEqual([rope.length, rope.bytes], [left.length + right.length, left.bytes + right.bytes]);
  assertSound(left, false);
  assertSound(right, false);
}
