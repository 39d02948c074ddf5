import { basePath } from '../server.ts';

/** Asks a route of the server that the page came from. Throws why it was refused. */
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
  // What stands before the server says that it is away: nobody has declined anything.
  if (response.status === 502 || response.status === 504) throw new TypeError(`${route} answered ${response.status}`);
  const answer = (await response.json()) as Answer & { error?: { message: string } };
  if (!response.ok) throw new Error(answer.error?.message ?? `${route} answered ${response.status}`);
  return answer;
}
