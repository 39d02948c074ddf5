import type { Session } from './content.ts';

/** A session in which a user has another name; itself, where the user has no part in it. */
export function withoutUser(content: Session, user_id: string, name: string): Session {
  const isIn = content.queue.some(({ added_by, votes }) => added_by === user_id || votes.includes(user_id));
  if (!isIn) return content;
  const named = (one: string) => (one === user_id ? name : one);
  const queue = content.queue.map((track) => ({
    ...track,
    added_by: named(track.added_by),
    votes: track.votes.map(named),
  }));
  return { ...content, queue };
}
