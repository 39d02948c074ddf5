/** Bytes that an answer may have. */
const mostBytes = 1024 * 1024;

/** What a URL answers, as JSON, within so many milliseconds; rejects where it does not. */
export async function fetchJson(url: string, milliseconds: number, init: RequestInit = {}): Promise<unknown> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(milliseconds) });
  if (!response.ok) throw new Error(`${new URL(url).origin} answered ${response.status}`);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw new Error(`${new URL(url).origin} answered more than ${mostBytes} bytes`);
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString());
}
