/** Bytes that an answer may have. */
const mostBytes = 1024 * 1024;

/** An answer that says no. */
export class NotOk extends Error {
  readonly status: number;

  constructor(origin: string, status: number) {
    super(`${origin} answered ${status}`);
    this.status = status;
  }
}

/** What a URL answers, as JSON, within so many milliseconds; rejects where it does not: with NotOk where it says no. */
export async function fetchJson(url: string, milliseconds: number, init: RequestInit = {}): Promise<unknown> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(milliseconds) });
  if (!response.ok) throw new NotOk(new URL(url).origin, response.status);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw new Error(`${new URL(url).origin} answered more than ${mostBytes} bytes`);
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString());
}
