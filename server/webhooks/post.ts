import type { HeadersOf } from '../access/signature.ts';
import type { WebhookEvent } from './events.ts';

/** How long a service may take to answer, in milliseconds. */
const patience = 5_000;

/** Sends events; resolves when they are taken, and rejects with the reason where they are not. */
export type Post = (events: readonly WebhookEvent[], stop: AbortSignal) => Promise<void>;

/** POST `{ events }`, signed. Only a 2xx takes them: what sends elsewhere does not. */
export function createPost(url: string, headersOf: HeadersOf): Post {
  return async (events, stop) => {
    const body = JSON.stringify({ events });
    // Not AbortSignal.any(): Node lets go of what that makes while it is waited for, and it never comes.
    const aborting = new AbortController();
    const abort = () => aborting.abort();
    const timer = setTimeout(() => aborting.abort(new Error(`no answer in ${patience} ms`)), patience);
    stop.addEventListener('abort', abort);
    if (stop.aborted) abort();
    try {
      const { signal } = aborting;
      const response = await fetch(url, { method: 'POST', headers: headersOf(body), body, redirect: 'manual', signal });
      await response.body?.cancel().catch(() => {});
      if (!response.ok) throw new Error(`answered ${response.status}`);
    } finally {
      clearTimeout(timer);
      stop.removeEventListener('abort', abort);
    }
  };
}
