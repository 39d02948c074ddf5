import type { NoContent } from '../../shared/documents/events.ts';
import type { Feed } from '../../shared/documents/feed.ts';
import type { Session } from '../../shared/documents/session/content.ts';
import { parse } from '../events/refusing.ts';
import type { Exported, Transfer } from '../kinds/kind.ts';
import { eventsEntries, feedEntries, sessionEntries } from './entries.ts';
import { eventsLine, feedLine, sessionLine } from './lines.ts';

/** A session is its content, made by the commands that lead to it. */
export const sessionTransfer: Transfer<Session> = {
  async *lines({ timestamp, content }) {
    yield { timestamp, content };
  },
  entries: (line, seeding) => sessionEntries(parse(sessionLine, line), seeding),
};

/** A feed is its log: who has said what, and when, and what became of it. */
export const feedTransfer: Transfer<Feed> = {
  lines: feedLines,
  entries: (line, seeding) => feedEntries(parse(feedLine, line), seeding),
  follows: (line) => parse(feedLine, line).after,
};

/** An application's events are their log, as far as that reaches back. */
export const eventsTransfer: Transfer<NoContent> = {
  lines: eventsLines,
  entries: (line, seeding) => eventsEntries(parse(eventsLine, line), seeding),
  follows: (line) => parse(eventsLine, line).after,
};

/** What the log has lost is not counted: the first that it has makes the first revision. */
async function* eventsLines({ pages }: Exported<NoContent>): AsyncGenerator<object> {
  let after: { revision: number; timestamp: number } | undefined;
  for await (const { entries } of pages) {
    yield { ...(after && { after }), entries };
    const { timestamp = 0 } = entries.at(-1) ?? {};
    after = { revision: (after?.revision ?? 0) + entries.length, timestamp };
  }
}

async function* feedLines({ content, pages }: Exported<Feed>): AsyncGenerator<object> {
  let timestamp = 0;
  for await (const { after, entries } of pages) {
    const isFirst = timestamp === 0;
    const place = isFirst ? after > 0 && { base: baseOf(content, after) } : { after: { revision: after, timestamp } };
    yield { ...place, entries };
    timestamp = entries.at(-1)?.timestamp ?? timestamp;
  }
}

/** What a feed has from before a revision, where its log has that no longer. */
function baseOf({ entries, read }: Feed, revision: number) {
  return { revision, entries: entries.filter(({ message_id }) => Number(message_id) <= revision), read };
}
