import { Refusal } from '../shared/refusals.ts';

/** How deep a message may be nested: deeper ones would exhaust the stack of whoever encodes them. */
const maxDepth = 32;

/** Bytes that JSON, with binary anywhere in it, takes on the wire, roughly. Refuses `bad_request` what is nested too deep. */
export function sizeOf(value: unknown, depth = 0): number {
  if (depth > maxDepth) throw new Refusal('bad_request', `nested deeper than ${maxDepth}`);
  if (typeof value === 'string') return Buffer.byteLength(value) + 2;
  if (value instanceof Uint8Array) return value.byteLength;
  if (typeof value !== 'object' || value === null) return String(value).length;
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + sizeOf(item, depth + 1) + 1, 2);
  return Object.entries(value).reduce(
    (sum, [key, item]) => sum + Buffer.byteLength(key) + 4 + sizeOf(item, depth + 1),
    2,
  );
}
