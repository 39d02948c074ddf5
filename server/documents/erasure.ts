import type { FeedCommand } from '../../shared/documents/feed/command.ts';
import { createFeedEraser, withoutUser as feedWithoutUser } from '../../shared/documents/feed/redaction.ts';
import type { Feed } from '../../shared/documents/feed.ts';
import type { Session } from '../../shared/documents/session/content.ts';
import { withoutUser as sessionWithoutUser } from '../../shared/documents/session/erasure.ts';
import type { Entry } from '../../shared/documents/type.ts';
import { kindOf, type RoomId } from '../../shared/rooms.ts';

/** An entry, which made `revision`, as it stands without the user; undefined where it stays as it is. */
export type EraseEntry = (entry: Entry, revision: number) => Entry | undefined;

/** A user that is to be forgotten, and the name of what is kept. */
export interface Forgotten {
  user_id: string;
  name: string;
}

/** The content of a room's document without a user; itself, where nothing in it is the user's. */
export function withoutUser(room_id: RoomId, content: unknown, { user_id, name }: Forgotten): unknown {
  switch (kindOf(room_id)) {
    case 'song':
      return content;
    case 'session':
      return sessionWithoutUser(content as Session, user_id, name);
    default:
      return feedWithoutUser(content as Feed, user_id, name);
  }
}

/** What erases a user from the entries of a room, which are given to it in their order. What was written in a song, or done in a session, is the room's. */
export function createEraser(room_id: RoomId, { user_id, name }: Forgotten): EraseEntry {
  const kind = kindOf(room_id);
  if (kind !== 'song' && kind !== 'session') {
    const erase = createFeedEraser(user_id, name);
    return (entry, revision) => erase(entry as Entry<FeedCommand>, revision);
  }
  return (entry) => (entry.user_id === user_id ? { ...entry, user_id: name, redacted: 'erased' } : undefined);
}

/** What a room's document has of a user, beside the entries in its log; undefined where that is nothing. */
export function partOf(room_id: RoomId, content: unknown, user_id: string): object | undefined {
  switch (kindOf(room_id)) {
    case 'song':
      return undefined;
    case 'session': {
      const { queue } = content as Session;
      const added = queue.filter(({ added_by }) => added_by === user_id).map(({ votes: _, ...track }) => track);
      const voted = queue.filter(({ votes }) => votes.includes(user_id)).map(({ track_id }) => track_id);
      return added.length + voted.length > 0 ? { added, voted } : undefined;
    }
    default: {
      const { entries, read } = content as Feed;
      const messages = entries.filter((entry) => entry.user_id === user_id).map(({ reactions: _, ...said }) => said);
      const reactions = entries.flatMap(({ message_id, reactions }) =>
        Object.entries(reactions)
          .filter(([, users]) => users.includes(user_id))
          .map(([reaction]) => ({ message_id, reaction })),
      );
      const mark = Object.hasOwn(read, user_id) ? { read: read[user_id] } : {};
      if (messages.length + reactions.length + Object.keys(mark).length === 0) return undefined;
      return { messages, reactions, ...mark };
    }
  }
}
