import { useMemo } from 'react';
import type { FeedEntry, Inbox, SharedFeed, SharedSession } from '../index.ts';
import { useClient, useProvidedRoom } from './providers.tsx';
import { type Source, useSource } from './source.ts';

type Content = Pick<SharedSession, 'playback' | 'queue' | 'scores' | 'state'>;

/** A session: what plays, the queue, the scores, and the commands. */
export interface SessionView extends Content {
  /** For its commands, and its `position`; undefined on a server and until it is there. */
  readonly session: SharedSession | undefined;
}

/** The session of a room of that kind. The client is made with `documents: [sessions]`. */
export function useSession(): SessionView {
  const session = useProvidedRoom()?.session;
  const content = useSource(session, sessionContent);
  return useMemo(() => ({ ...content, session }), [content, session]);
}

const sessionContent: Source<SharedSession, Content> = {
  listen: (session, changed) => session.on('change', changed),
  read: ({ playback, queue, scores, state }) => ({ playback, queue, scores, state }),
  none: {
    playback: { status: 'stopped', track_id: null, position_ms: 0, updated_at: 0 },
    queue: [],
    scores: {},
    state: {},
  },
};

/** A feed: its entries, oldest first, and the commands. */
export interface FeedView {
  readonly entries: readonly FeedEntry[];
  readonly unread: number;
  readonly hasOlder: boolean;
  /** For its commands; undefined on a server and until it is there. */
  readonly feed: SharedFeed | undefined;
}

/** The feed of a room of kind `project`, `channel` or `task`. The client is made with `documents: [feeds]`. */
export function useFeed(): FeedView {
  return useFeedView(useProvidedRoom()?.feed);
}

/** What came for the user, wherever one is. The client is made with `documents: [feeds]`. */
export function useInbox(): FeedView {
  return useFeedView(useClient().inbox);
}

function useFeedView(feed: SharedFeed | Inbox | undefined): FeedView {
  const content = useSource(feed, feedContent);
  return useMemo(() => ({ ...content, feed }), [content, feed]);
}

const feedContent: Source<SharedFeed, Omit<FeedView, 'feed'>> = {
  listen: (feed, changed) => feed.on('change', changed),
  read: ({ entries, unread, hasOlder }) => ({ entries, unread, hasOlder }),
  none: { entries: [], unread: 0, hasOlder: false },
};
