/** What the operation under way has copied: nobody else has that yet, and it may be changed. */
let copied: WeakSet<object> | undefined;

/** Applies the parts of one operation: what several of them change is copied once. */
export function copyingOnce<Result>(apply: () => Result): Result {
  copied = new WeakSet();
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
  copied?.add(made);
  return made;
}
