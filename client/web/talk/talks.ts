import { SharedFeed } from '../../documents/feed.ts';
import type { Documents, FeedEntry } from '../../index.ts';
import { shortened } from '../shortened.ts';
import { t } from '../texts/t.ts';

/** How long a message is, in UTF-16 units; of a longer one the beginning is shown. */
export const longestMessage = 2_000;

/** What someone said. */
export interface Said {
  id: string;
  user_id: string;
  /** As they were called then. */
  name: string;
  text: string;
}

/** For connect(): what is said in the rooms of the page. */
export const talks: Documents<SharedFeed> = { kinds: ['talk'], create: (around) => new SharedFeed(around) };

export function saidIn(entries: readonly FeedEntry[]): Said[] {
  return entries.flatMap(({ message_id, user_id, text, data }) => {
    if (text === undefined) return [];
    const { name } = (data ?? {}) as { name?: unknown };
    return [
      {
        id: message_id,
        user_id,
        name: typeof name === 'string' ? shortened(name, 60) : t('Someone'),
        text: shortened(text, longestMessage, ` … ${t('(the rest is not shown)')}`),
      },
    ];
  });
}
