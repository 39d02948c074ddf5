import type { ServerPayload } from '../../../shared/events.ts';
import { toRefusal } from '../../../shared/refusals.ts';
import { basePath } from '../server.ts';

/**
 * Asks a route of the server that the page came from. Throws its Refusal, and a TypeError, as fetch() does, where there is
 * no answer of the server's own.
 */
export async function api<Answer>(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  route: string,
  token: string | undefined,
  body?: object,
): Promise<Answer> {
  const response = await fetch(basePath + route, {
    method,
    headers: {
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      ...(body && { 'Content-Type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const answer = (await response.json().catch(() => ({}))) as Answer & { error?: ServerPayload<'error'> };
  // What stands before the server says that it is away: nobody has declined anything.
  const isAway = response.status === 502 || response.status === 504;
  if (answer.error && !isAway) throw toRefusal(answer.error);
  if (!response.ok) throw new TypeError(`${route} answered ${response.status}`);
  return answer;
}
