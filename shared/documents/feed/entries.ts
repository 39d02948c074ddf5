import type { FeedEntry } from '../../events.ts';
import type { Entry } from '../type.ts';
import { type FeedCommand, isMessageCommand } from './command.ts';

/** What a log entry adds to a feed; undefined where it only changes what is there. */
export function added(
  { operation, user_id, timestamp, redacted }: Entry<FeedCommand>,
  revision: number,
): FeedEntry | undefined {
  if (isMessageCommand(operation) && operation.type !== 'message.new') return undefined;
  const entry = { message_id: String(revision), ...operation, user_id, timestamp, reactions: {} };
  // One that was edited gets its text by the entry that did so.
  return redacted === undefined || redacted === 'edited' ? entry : deleted(entry);
}

/** An entry of a feed after a log entry that names it; as it is where that does not change it. */
export function changed(entry: FeedEntry, { operation, user_id, timestamp }: Entry<FeedCommand>): FeedEntry {
  if (!isMessageCommand(operation)) return entry;
  switch (operation.type) {
    case 'message.edited':
      return { ...entry, ...(!entry.deleted && { text: operation.text }), edited_at: timestamp };
    case 'message.deleted':
      return deleted(entry);
    case 'message.reaction':
      return entry.deleted ? entry : { ...entry, reactions: react(entry.reactions, operation, user_id) };
    default:
      return entry;
  }
}

/** What is left of an entry when what it said is gone. */
export function deleted({ text: _text, data: _data, ...left }: FeedEntry): FeedEntry {
  return { ...left, deleted: true, reactions: {} };
}

/** The entry of a feed that a command names. */
export function targetOf(command: FeedCommand): string | undefined {
  return 'message_id' in command ? command.message_id : undefined;
}

function react(
  reactions: FeedEntry['reactions'],
  { reaction, on }: { reaction: string; on: boolean },
  user_id: string,
): FeedEntry['reactions'] {
  const before = Object.hasOwn(reactions, reaction) ? reactions[reaction] : undefined;
  const users = (before ?? []).filter((user) => user !== user_id);
  if (on) users.push(user_id);
  if (users.length > 0) return { ...reactions, [reaction]: users };
  const { [reaction]: _nobody, ...others } = reactions;
  return others;
}
