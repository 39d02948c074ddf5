import { tokenFor } from './server.ts';

/** What a route answered: JSON where it is that, and otherwise the text as it is. */
export interface HttpAnswer {
  status: number;
  headers: Headers;
  body: ReturnType<typeof JSON.parse>;
}

/** Asks a route, with a token for the claims. */
export async function call(
  server: { url: string },
  route: string,
  claims?: object,
  init: RequestInit = {},
): Promise<HttpAnswer> {
  const [method = 'GET', path = '/'] = route.split(' ');
  const headers = { ...(claims && { Authorization: `Bearer ${tokenFor(claims)}` }), ...init.headers };
  const response = await fetch(`${server.url}${path}`, { method, ...init, headers });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json');
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}
