import type { BoardCommand } from '../shared/documents/board/command.ts';
import type { BoardContent } from '../shared/documents/board/content.ts';
import { board } from '../shared/documents/board.ts';
import type { FeedCommand } from '../shared/documents/feed/command.ts';
import { added, changed, targetOf } from '../shared/documents/feed/entries.ts';
import { unsaid, unsaying } from '../shared/documents/feed/redaction.ts';
import { type Feed, feed, most } from '../shared/documents/feed.ts';
import type { SessionCommand } from '../shared/documents/session/command.ts';
import type { Session } from '../shared/documents/session/content.ts';
import { session } from '../shared/documents/session.ts';
import type { TextOperation } from '../shared/documents/text/operation.ts';
import { jsonOf } from '../shared/documents/text/pieces.ts';
import type { Rope } from '../shared/documents/text/rope.ts';
import { text } from '../shared/documents/text.ts';
import type { Entry } from '../shared/documents/type.ts';
import type { RoomKind, roomKinds } from '../shared/rooms.ts';
import { roomOfTalk } from '../shared/talk.ts';
import { type Config, ConfigError } from './config.ts';
import { boardEntries, textEntries } from './editing/entries.ts';
import { eventsTransfer, feedTransfer, sessionTransfer } from './editing/transfers.ts';
import { feedErasure, sessionErasure } from './kinds/erasure.ts';
import type { Kind, KindLimits } from './kinds/kind.ts';
import { Kinds } from './kinds/kinds.ts';

const song: Kind<Rope, TextOperation> = { type: { ...text, pieces: jsonOf }, seed: textEntries };

const sessionKind: Kind<Session, SessionCommand> = {
  type: session,
  erasure: sessionErasure,
  transfer: sessionTransfer,
};

const setlistKind: Kind<BoardContent, readonly BoardCommand[]> = { type: board, seed: boardEntries };

const feedKind: Kind<Feed, FeedCommand> = {
  type: feed,
  erasure: feedErasure,
  redaction: { unsaying, unsaid },
  history: { held: ({ entries }) => entries, most: most.entries, added, changed, targetOf, effectOf },
  news: (message) => message,
  transfer: feedTransfer,
};

/** The kinds of rooms that every server has. */
export const builtInKinds: Record<(typeof roomKinds)[number], Kind> = {
  song,
  session: sessionKind,
  setlist: setlistKind,
  talk: { ...feedKind, roles: { of: roomOfTalk } },
  project: feedKind,
  channel: feedKind,
  task: feedKind,
  user: { ...feedKind, personal: true },
};

/** What kinds of rooms there are: the server's own, and in their place or beside them the application's. Throws ConfigError. */
export function kindsOf(config: Config, own: Readonly<Record<RoomKind, Kind>> = {}): Kinds {
  for (const [kind, { limits = {} }] of Object.entries(own))
    for (const [name, limit] of Object.entries(limits)) {
      const most = config[name as keyof KindLimits];
      if (!(Number.isSafeInteger(limit) && limit >= 1 && limit <= most))
        throw new ConfigError(`kinds.${kind}.limits.${name}: expected a whole number from 1 to ${most}`);
    }
  try {
    return new Kinds({ ...builtInKinds, ...transferable(own) });
  } catch (error) {
    throw new ConfigError(String(error));
  }
}

/** Rooms of events, which an application declares by their type alone, are exported as feeds are, unless it says otherwise. */
function transferable(own: Readonly<Record<RoomKind, Kind>>): Record<RoomKind, Kind> {
  const kinds = Object.entries(own).map(([name, kind]) => [
    name,
    'events' in kind.type && !kind.transfer ? { ...kind, transfer: eventsTransfer } : kind,
  ]);
  return Object.fromEntries(kinds);
}

/** A reaction counts for each who has it; that something was read shows in no entry. */
function effectOf({ operation, user_id }: Entry<FeedCommand>): string | undefined {
  if (operation.type === 'message.read') return undefined;
  const what = 'reaction' in operation ? [operation.reaction, user_id] : [];
  return JSON.stringify([targetOf(operation), operation.type, ...what]);
}
