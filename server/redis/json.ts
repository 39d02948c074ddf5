/**
 * JSON in which any value may be binary, as text that comes back to the letter. Bytes are written `{ "$binary": base64 }`;
 * a key that looks like that gets one `$` more, so that nothing of a client's is taken for bytes.
 */
export function encode(value: unknown): string {
  return JSON.stringify(withBytesNamed(value));
}

export function decode(text: string): unknown {
  return text.includes('$binary') ? JSON.parse(text, (_, value) => bytesRestored(value)) : JSON.parse(text);
}

const bytesKey = '$binary';
const escapedKey = /^\$+binary$/;

/** The value itself where there is nothing to escape in it, which is nearly always. */
function withBytesNamed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return { [bytesKey]: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) {
    const items = value.map(withBytesNamed);
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  const entries = Object.entries(value);
  const escaped = entries.map(([key, item]) => [escapedKey.test(key) ? `$${key}` : key, withBytesNamed(item)] as const);
  const changed = escaped.some(([key, item], index) => key !== entries[index]?.[0] || item !== entries[index]?.[1]);
  return changed ? Object.fromEntries(escaped) : value;
}

function bytesRestored(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first?.[0] === bytesKey) return new Uint8Array(Buffer.from(String(first[1]), 'base64'));
  if (!entries.some(([key]) => escapedKey.test(key))) return value;
  return Object.fromEntries(entries.map(([key, item]) => [escapedKey.test(key) ? key.slice(1) : key, item]));
}
