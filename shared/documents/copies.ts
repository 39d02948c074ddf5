/** What the operation under way has copied, and what it has worked out of each: nobody else has that yet, and it may be changed. */
let copied: Map<object, unknown> | undefined;

/** Applies the parts of one operation: what several of them change is copied once. */
export function copyingOnce<Result>(apply: () => Result): Result {
  copied = new Map();
  try {
    return apply();
  } finally {
    copied = undefined;
  }
}

/** A copy that may be changed: itself, where the operation under way has copied it already. */
export function ownCopy<Value extends object>(value: Value, copy: () => Value): Value {
  if (copied?.has(value)) return value;
  const made = copy();
  copied?.set(made, undefined);
  return made;
}

/**
 * What was worked out of a copy, or is now where `make` says how: whoever changes the copy changes that as well. Undefined where the
 * operation under way has not copied it.
 */
export function knownOf<Known>(copy: object, make?: () => Known): Known | undefined {
  if (!copied?.has(copy)) return undefined;
  const known = (copied.get(copy) as Known | undefined) ?? make?.();
  copied.set(copy, known);
  return known;
}
