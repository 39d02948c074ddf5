import type { FeedCommand } from '../../shared/documents/feed/command.ts';
import type { FeedEntry } from '../../shared/events.ts';
import type { Json } from '../../shared/json.ts';

/** A feed, as a service writes in it: also in what others have written. Each method throws a Refusal. */
export interface FeedHandle {
  /** Says something, and resolves with its `message_id`. With a `key`, a repeat says it once; anything else under it is a `conflict`. */
  post(text: string, options?: { data?: Json; key?: string }): Promise<string>;
  /** Up to `limit` (50) entries before one of them, or the newest; the oldest first. `more`: there are older ones. */
  list(page?: { before?: string; limit?: number }): Promise<{ entries: FeedEntry[]; more: boolean }>;
  edit(message_id: string, text: string): Promise<number>;
  delete(message_id: string): Promise<number>;
}

/** How many entries are listed where it is not said. */
const defaultLimit = 50;

/** `command` resolves with the revision that it made. */
export function createFeedHandle(
  history: (before: string | undefined, limit: number) => ReturnType<FeedHandle['list']>,
  command: (command: FeedCommand, key?: string) => Promise<number>,
): FeedHandle {
  return {
    async post(text, { data, key } = {}) {
      return String(await command({ type: 'message.new', text, ...(data !== undefined && { data }) }, key));
    },
    list: ({ before, limit = defaultLimit } = {}) => history(before, limit),
    edit: (message_id, text) => command({ type: 'message.edited', message_id, text }),
    delete: (message_id) => command({ type: 'message.deleted', message_id }),
  };
}
