import { fetchTokenFor } from '../visit/access.ts';
import { api } from '../visit/api.ts';
import type { Visitor } from '../visit/visitor.ts';

/** The text of a song beside the page's own room, as the visitor may see it by an invitation, or without one. Throws why not. */
export async function fetchSong(room_id: string, visitor: Visitor, invitation?: string): Promise<string> {
  const token = await fetchTokenFor(visitor, invitation);
  const { document } = await api<{ document?: { content: unknown } }>('GET', `/api/v1/rooms/${room_id}`, token);
  return typeof document?.content === 'string' ? document.content : '';
}
