import { call, type HttpAnswer } from './http.ts';

const ann = { sub: 'ann' };

/** Sends operations to a room over HTTP. */
export function post(
  server: { url: string },
  room_id: string,
  operations: unknown,
  { claims = ann, headers = {} }: { claims?: object; headers?: Record<string, string> } = {},
): Promise<HttpAnswer> {
  const init = { body: JSON.stringify(operations), headers: { 'Content-Type': 'application/json', ...headers } };
  return call(server, `POST /api/v1/rooms/${room_id}/operations`, claims, init);
}

/** Replaces the text of a song over HTTP. */
export function put(
  server: { url: string },
  room_id: string,
  text: string,
  { claims = ann, headers = {} }: { claims?: object; headers?: Record<string, string> } = {},
): Promise<HttpAnswer> {
  const init = { body: text, headers: { 'Content-Type': 'text/plain', ...headers } };
  return call(server, `PUT /api/v1/rooms/${room_id}/text`, claims, init);
}

/** Reads it, with its tag. */
export async function textOf(server: { url: string }, room_id: string): Promise<{ text: string; tag: string }> {
  const { body, headers } = await call(server, `GET /api/v1/rooms/${room_id}/text`, ann);
  return { text: body, tag: headers.get('etag') ?? '' };
}
