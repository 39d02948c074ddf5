import type { FeedCommand } from '../../shared/documents/feed/command.ts';
import { createFeedEraser, withoutUser as feedWithoutUser } from '../../shared/documents/feed/redaction.ts';
import type { Feed } from '../../shared/documents/feed.ts';
import type { SessionCommand } from '../../shared/documents/session/command.ts';
import type { Session } from '../../shared/documents/session/content.ts';
import { withoutUser as sessionWithoutUser } from '../../shared/documents/session/erasure.ts';
import type { Erasure } from './kind.ts';

/** What was done in a session is the session's; who did it has no name. */
export const sessionErasure: Erasure<Session, SessionCommand> = {
  part({ queue }, user_id) {
    const added = queue.filter(({ added_by }) => added_by === user_id).map(({ votes: _, ...track }) => track);
    const voted = queue.filter(({ votes }) => votes.includes(user_id)).map(({ track_id }) => track_id);
    return added.length + voted.length > 0 ? { added, voted } : undefined;
  },
  without: sessionWithoutUser,
};

/** What was said in a feed is gone with who said it. */
export const feedErasure: Erasure<Feed, FeedCommand> = {
  part({ entries, read }, user_id) {
    const messages = entries.filter((entry) => entry.user_id === user_id).map(({ reactions: _, ...said }) => said);
    const reactions = entries.flatMap(({ message_id, reactions }) =>
      Object.entries(reactions)
        .filter(([, users]) => users.includes(user_id))
        .map(([reaction]) => ({ message_id, reaction })),
    );
    const mark = Object.hasOwn(read, user_id) ? { read: read[user_id] } : {};
    if (messages.length + reactions.length + Object.keys(mark).length === 0) return undefined;
    return { messages, reactions, ...mark };
  },
  without: feedWithoutUser,
  eraser: (user_id, name) => ({ erase: createFeedEraser(user_id, name) }),
};
