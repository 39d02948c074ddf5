import type { FeedEntry } from '../../events.ts';
import type { Feed } from '../feed.ts';
import type { Entry } from '../type.ts';
import { type FeedCommand, isMessageCommand } from './command.ts';
import { deleted, targetOf } from './entries.ts';

/** A log entry of a feed that makes what earlier ones said unsaid. */
export interface Unsaying {
  message_id: string;
  /** It is said otherwise, or not at all. */
  how: 'edited' | 'deleted';
}

/** What a log entry makes unsaid; undefined where it is nothing. */
export function unsaying({ operation: { type, ...rest }, redacted }: Entry<FeedCommand>): Unsaying | undefined {
  if (redacted !== undefined || !('message_id' in rest)) return undefined;
  if (type === 'message.edited') return { message_id: rest.message_id, how: 'edited' };
  return type === 'message.deleted' ? { message_id: rest.message_id, how: 'deleted' } : undefined;
}

/** An earlier log entry, which made `revision`, as it stands when that is unsaid; undefined where it stays as it is. */
export function unsaid(
  entry: Entry<FeedCommand>,
  revision: number,
  { message_id, how }: Unsaying,
): Entry<FeedCommand> | undefined {
  const { operation, redacted } = entry;
  if (redacted === 'erased' || redacted === 'deleted' || redacted === how) return undefined;
  const isIt = String(revision) === message_id && targetOf(operation) === undefined;
  if (!isIt && (targetOf(operation) !== message_id || operation.type === 'message.read')) return undefined;
  const left = how === 'edited' ? withoutText(operation) : silent(operation);
  return left && { ...entry, operation: left, redacted: how };
}

/**
 * What takes a user out of the log of a feed, entry by entry in their order: what it said, and what others have made of
 * that, is gone, and the rest has another name.
 */
export function createFeedEraser(user_id: string, name: string) {
  const said = new Set<string>();
  return (entry: Entry<FeedCommand>, revision: number): Entry<FeedCommand> | undefined => {
    const { operation } = entry;
    if (entry.user_id !== user_id) {
      // An erasure that ended halfway: what follows of it was not reached.
      if (entry.redacted === 'erased') said.add(String(revision));
      const message_id = targetOf(operation);
      return message_id !== undefined && said.has(message_id)
        ? unsaid(entry, revision, { message_id, how: 'deleted' })
        : undefined;
    }
    said.add(String(revision));
    return { ...entry, operation: silent(operation) ?? operation, user_id: name, redacted: 'erased' };
  };
}

/** A feed without what a user said, read and reacted with; itself, where that is nothing. */
export function withoutUser(content: Feed, user_id: string, name: string): Feed {
  const { entries, read } = content;
  const left = entries.map((entry) => {
    if (entry.user_id === user_id) return { ...deleted(entry), user_id: name };
    return Object.values(entry.reactions).some((users) => users.includes(user_id))
      ? { ...entry, reactions: withoutReactions(entry.reactions, user_id) }
      : entry;
  });
  const hasRead = Object.hasOwn(read, user_id);
  if (!hasRead && left.every((entry, index) => entry === entries[index])) return content;
  const { [user_id]: _mark, ...marks } = read;
  return { entries: left, read: hasRead ? marks : read };
}

function withoutReactions(reactions: FeedEntry['reactions'], user_id: string): FeedEntry['reactions'] {
  const left = Object.entries(reactions).map(
    ([name, users]) => [name, users.filter((one) => one !== user_id)] as const,
  );
  return Object.fromEntries(left.filter(([, users]) => users.length > 0));
}

/** What is left of a command when its text is another one; undefined where it has none. */
function withoutText(operation: FeedCommand): FeedCommand | undefined {
  return 'text' in operation ? { ...operation, text: '' } : undefined;
}

/** What is left of a command when it says nothing: still one of its kind. Undefined where it says nothing as it is. */
function silent(operation: FeedCommand): FeedCommand | undefined {
  if (!isMessageCommand(operation)) return { type: operation.type };
  const { type } = operation;
  switch (type) {
    case 'message.new':
      return { type, text: '' };
    case 'message.edited':
      return { type, message_id: operation.message_id, text: '' };
    case 'message.reaction':
    case 'message.read':
      // Takes back a reaction that was never there.
      return { type: 'message.reaction', message_id: operation.message_id, reaction: '-', on: false };
    case 'message.deleted':
      return undefined;
  }
}
