/** From so many bytes on it is kept what an operation weighs: it is asked for several times on its way. */
const worthKeeping = 4_096;

const weights = new WeakMap<object, number>();

/** What an operation takes, as its type says: of a large one that is asked once. */
export function weightOf(type: { weight(operation: unknown): number }, operation: unknown): number {
  if (typeof operation !== 'object' || operation === null) return type.weight(operation);
  const known = weights.get(operation);
  if (known !== undefined) return known;
  const weight = type.weight(operation);
  if (weight >= worthKeeping) weights.set(operation, weight);
  return weight;
}
