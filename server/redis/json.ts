/**
 * JSON in which any value may be binary, as text that comes back to the letter. Bytes are written `{ "$binary": base64 }`;
 * a key that looks like that gets one `$` more, so that nothing of a client's is taken for bytes.
 */
export function encode(value: unknown): string {
  return JSON.stringify(needsNames(value) ? named(value) : value);
}

export function decode(text: string): unknown {
  return text.includes('$binary') ? JSON.parse(text, (_, value) => bytesRestored(value)) : JSON.parse(text);
}

const bytesKey = '$binary';
const escapedKey = /^\$+binary$/;

/** Whether anything in it is written in another way than JSON has it: nearly never, and nothing is made to find that out. */
function needsNames(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(needsNames);
  if (value instanceof Uint8Array) return true;
  for (const key of Object.keys(value))
    if (escapedKey.test(key) || needsNames(value[key as keyof typeof value])) return true;
  return false;
}

function named(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return { [bytesKey]: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return value.map(named);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [escapedKey.test(key) ? `$${key}` : key, named(item)]),
  );
}

function bytesRestored(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first?.[0] === bytesKey) return new Uint8Array(Buffer.from(String(first[1]), 'base64'));
  if (!entries.some(([key]) => escapedKey.test(key))) return value;
  return Object.fromEntries(entries.map(([key, item]) => [escapedKey.test(key) ? key.slice(1) : key, item]));
}
