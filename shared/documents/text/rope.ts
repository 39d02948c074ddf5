/**
 * A rope: text as a balanced tree of pieces, counted in Unicode code points ("points"). A rope is never changed;
 * splice() shares with it whatever stays the same, so an edit costs a few microseconds however long the text is.
 *
 * The tree is an AVL tree whose leaves hold the text, each of `leastUnits` to `mostUnits` UTF-16 units unless the
 * whole text is shorter. The text must be well-formed; then no leaf ever ends inside a surrogate pair.
 */
export type Rope = Leaf | Branch;

interface Measured {
  /** Unicode code points. */
  readonly length: number;
  /** UTF-16 units, in which JavaScript and editors count. */
  readonly units: number;
  /** Bytes in UTF-8. */
  readonly bytes: number;
}

interface Leaf extends Measured {
  readonly height: 0;
  readonly text: string;
}

interface Branch extends Measured {
  readonly height: number;
  readonly left: Rope;
  readonly right: Rope;
}

/** A leaf that grows beyond this is cut in two. */
const mostUnits = 1024;
/** A leaf below this is joined with its neighbour: half of a half, so that cutting and joining never alternate. */
const leastUnits = 256;

/** Beyond ASCII. A search passes ASCII five times as fast as a loop does. */
const wide = /[\u0080-\uffff]/;

const empty = leaf('');

/** The rope of a well-formed text. */
export function fromText(text: string): Rope {
  return text.length <= mostUnits ? leaf(text) : partOf(text, 0, text.length);
}

/** The rope of a part of a longer text: of full leaves, but for the last two. */
function partOf(text: string, from: number, to: number): Rope {
  const units = to - from;
  if (units <= mostUnits) return leaf(copied(text, from, to));
  const middle = pairStart(text, from + (((units / mostUnits) >> 1) * mostUnits || units >> 1));
  return join(partOf(text, from, middle), partOf(text, middle, to));
}

/** A part of a text that does not keep all of it in memory, as what slice() gives does in V8. */
function copied(text: string, from: number, to: number): string {
  return ` ${text.slice(from, to)}`.slice(1);
}

/** The whole text. */
export function toText(rope: Rope): string {
  return slice(rope, 0, rope.length);
}

/** The same in pieces, none of which is copied. */
export function* textsOf(rope: Rope): Generator<string> {
  if (isLeaf(rope)) yield rope.text;
  else {
    yield* textsOf(rope.left);
    yield* textsOf(rope.right);
  }
}

/** The text between two points. */
export function slice(rope: Rope, from: number, to: number): string {
  if (from >= to) return '';
  if (isLeaf(rope)) return rope.text.slice(unitAt(rope, from), unitAt(rope, to));
  const middle = rope.left.length;
  return slice(rope.left, from, Math.min(to, middle)) + slice(rope.right, Math.max(from - middle, 0), to - middle);
}

/** The rope with `text` in place of what stands between two points, which must lie within it in this order. */
export function splice(rope: Rope, from: number, to: number, text: string): Rope {
  if (from === 0 && to === rope.length) return fromText(text);
  if (isLeaf(rope)) return spliceLeaf(rope, from, to, text);
  const { left, right } = rope;
  const middle = left.length;
  if (to <= middle) return join(splice(left, from, to, text), right);
  if (from >= middle) return join(left, splice(right, from - middle, to - middle, text));
  return join(splice(left, from, middle, text), splice(right, 0, to - middle, ''));
}

/** How many points, UTF-16 units and UTF-8 bytes a well-formed text has. */
export function measure(text: string): Measured {
  return leaf(text);
}

/** The UTF-16 unit at which a point of the text begins. */
export function pointToUnit(rope: Rope, point: number): number {
  if (rope.units === rope.length) return point;
  if (isLeaf(rope)) return unitAt(rope, point);
  const { left, right } = rope;
  return point <= left.length ? pointToUnit(left, point) : left.units + pointToUnit(right, point - left.length);
}

/** The point that begins at a UTF-16 unit, or in the middle of which that unit is. */
export function unitToPoint(rope: Rope, unit: number): number {
  if (rope.units === rope.length) return unit;
  if (isLeaf(rope)) return measure(rope.text.slice(0, pairStart(rope.text, unit))).length;
  const { left, right } = rope;
  return unit <= left.units ? unitToPoint(left, unit) : left.length + unitToPoint(right, unit - left.units);
}

/** `unit`, or the one before where the text would be cut inside a surrogate pair. */
export function pairStart(text: string, unit: number): number {
  return isLowSurrogate(text.charCodeAt(unit)) ? unit - 1 : unit;
}

function isLeaf(rope: Rope): rope is Leaf {
  return rope.height === 0;
}

function leaf(text: string): Leaf {
  let length = text.length;
  let bytes = text.length;
  const firstWide = text.search(wide);
  for (let i = firstWide < 0 ? text.length : firstWide; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    bytes += unit < 0x800 ? 1 : 2;
    if (!isLowSurrogate(unit)) continue;
    // The second half of a pair: one point and four bytes together, and not two and six.
    length -= 1;
    bytes -= 2;
  }
  return { height: 0, length, units: text.length, bytes, text };
}

function branch(left: Rope, right: Rope): Branch {
  return {
    height: Math.max(left.height, right.height) + 1,
    length: left.length + right.length,
    units: left.units + right.units,
    bytes: left.bytes + right.bytes,
    left,
    right,
  };
}

function spliceLeaf(old: Leaf, from: number, to: number, text: string): Rope {
  const start = unitAt(old, from);
  const end = from === to ? start : unitAt(old, to);
  const whole = old.text.slice(0, start) + text + old.text.slice(end);
  if (whole.length > mostUnits) return fromText(whole);
  // Only what comes and goes is measured: scanning the whole leaf costs as much as all the rest of a keystroke.
  const added = leaf(text);
  const removed = start === end ? empty : leaf(old.text.slice(start, end));
  return {
    height: 0,
    length: old.length + added.length - removed.length,
    units: whole.length,
    bytes: old.bytes + added.bytes - removed.bytes,
    text: whole,
  };
}

/** One rope of two, of any heights. Invariant: a leaf below `leastUnits` stands alone or comes in as a whole side. */
function join(left: Rope, right: Rope): Rope {
  if (left.length === 0) return right;
  if (right.length === 0) return left;
  if (isLeaf(left) && isLeaf(right) && (isSmall(left) || isSmall(right))) return fromText(left.text + right.text);
  if (!isLeaf(left) && (left.height > right.height + 1 || isSmall(right))) {
    return balance(left.left, join(left.right, right));
  }
  if (!isLeaf(right) && (right.height > left.height + 1 || isSmall(left))) {
    return balance(join(left, right.left), right.right);
  }
  return branch(left, right);
}

function isSmall(rope: Rope): boolean {
  return rope.units < leastUnits;
}

/** A branch of two ropes whose heights differ by at most two, rotated where they differ by two. */
function balance(left: Rope, right: Rope): Branch {
  if (!isLeaf(left) && left.height > right.height + 1) {
    const { left: outer, right: inner } = left;
    if (isLeaf(inner) || inner.height <= outer.height) return branch(outer, branch(inner, right));
    return branch(branch(outer, inner.left), branch(inner.right, right));
  }
  if (!isLeaf(right) && right.height > left.height + 1) {
    const { left: inner, right: outer } = right;
    if (isLeaf(inner) || inner.height <= outer.height) return branch(branch(left, inner), outer);
    return branch(branch(left, inner.left), branch(inner.right, outer));
  }
  return branch(left, right);
}

/** Where a point begins in the text of a leaf. */
function unitAt({ text, length, units }: Leaf, point: number): number {
  return length === units ? point : unitAfter(text, 0, point);
}

/** The UTF-16 unit so many points behind one at which a point begins. */
export function unitAfter(text: string, from: number, points: number): number {
  let unit = from;
  for (let passed = 0; passed < points; passed++) unit += isHighSurrogate(text.charCodeAt(unit)) ? 2 : 1;
  return unit;
}

function isHighSurrogate(unit: number): boolean {
  return unit >> 10 === 0xd800 >> 10;
}

function isLowSurrogate(unit: number): boolean {
  return unit >> 10 === 0xdc00 >> 10;
}
