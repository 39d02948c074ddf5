import type { Eraser, Kind } from './kind.ts';

/** A user that is to be forgotten, and the name of what is kept. */
export interface Forgotten {
  user_id: string;
  name: string;
}

/** The content of a room without a user; itself, where nothing in it is the user's. */
export function withoutUser({ erasure }: Kind, content: unknown, { user_id, name }: Forgotten): unknown {
  return erasure ? erasure.without(content, user_id, name) : content;
}

/** What erases a user from the entries of a room. What was written in a song, or done in a session, is the room's. */
export function createEraser({ erasure }: Kind, { user_id, name }: Forgotten): Eraser<unknown> {
  const given = erasure?.eraser?.(user_id, name);
  if (given) return given;
  return {
    erase: (entry) => (entry.user_id === user_id ? { ...entry, user_id: name, redacted: 'erased' } : undefined),
  };
}
