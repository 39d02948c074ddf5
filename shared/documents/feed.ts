import type { FeedEntry } from '../events.ts';
import { sizeOf } from '../json.ts';
import { Refusal } from '../refusals.ts';
import { includesRole } from '../rooms.ts';
import { decodeCommand, decodePosition, headOf, knownSize, knownSizes, loadObject } from './commands.ts';
import type { StatedType } from './complete.ts';
import { type FeedCommand, isMessageCommand, messageCommands, news } from './feed/command.ts';
import { added, changed, targetOf } from './feed/entries.ts';
import type { Author, Entry } from './type.ts';

/** What a feed holds; all that is older is in its log. */
export interface Feed {
  /** The newest, oldest first. */
  readonly entries: readonly FeedEntry[];
  /** Up to which message each user has read. */
  readonly read: Readonly<Record<string, string>>;
}

/** Bounds that keep a feed small. The reactions are those to one message, the readers those whose marks are kept. */
export const most = { entries: 200, reactions: 20, reacting: 1_000, readers: 2_000 };

/** Messages of people and news of services, the newest of them. */
export const feed: StatedType<Feed, FeedCommand> = {
  name: 'feed',
  bounded: true,
  create: () => ({ entries: [], read: {} }),
  load: (stored) => loadObject<Feed>(stored, ['entries', 'read']),
  save: (content) => content,
  bytes: ({ entries, read }) => knownSizes(entries) + knownSize(read),
  length: () => 0,
  weight: sizeOf,
  parts: () => 1,
  growth: () => 0,
  decode: (raw) => decodeCommand(raw, messageCommands, news),
  roleFor(command) {
    if (!isMessageCommand(command)) return 'service';
    return command.type === 'message.read' ? 'viewer' : 'editor';
  },
  check: (command, base, author) => check(command, headOf(base), author),
  apply,
  decodePosition,
};

function check(command: FeedCommand, content: Feed, author: Author): void {
  if (!isMessageCommand(command) || command.type === 'message.new') return;
  const { type, message_id } = command;
  if (type === 'message.read') {
    checkMark(content, message_id, author);
    return;
  }
  const entry = content.entries.find((one) => one.message_id === message_id && !one.deleted);
  if (!entry) throw new Refusal('not_found', `no message ${message_id} among the newest ${most.entries}`);
  if (type !== 'message.reaction') checkOwner(entry, author);
  else if (command.on) checkReactions(entry, command.reaction);
  if (type === 'message.edited' && entry.type !== 'message.new') {
    throw new Refusal('invalid_operation', `${message_id} is ${entry.type}, which has no text`);
  }
}

function checkOwner({ message_id, user_id }: FeedEntry, author: Author): void {
  if (user_id === author.user_id || includesRole(author.role, 'host')) return;
  throw new Refusal('forbidden', `message ${message_id} is another user's: that needs the role host`);
}

function checkMark({ entries }: Feed, message_id: string, { user_id }: Author): void {
  const newest = entries.at(-1)?.message_id ?? '0';
  if (Number(message_id) > Number(newest)) throw new Refusal('not_found', `no message ${message_id} yet`);
  if (user_id === '__proto__') throw new Refusal('forbidden', 'no marks are kept for the user __proto__');
}

function checkReactions({ message_id, reactions }: FeedEntry, reaction: string): void {
  const users = Object.values(reactions).flat();
  const isNew = !Object.hasOwn(reactions, reaction);
  if (users.length < most.reacting && !(isNew && Object.keys(reactions).length >= most.reactions)) return;
  throw new Refusal('too_large', `message ${message_id} has all the reactions that it takes`);
}

function apply(content: Feed, entry: Entry<FeedCommand>, revision: number): Feed {
  const { entries, read } = content;
  const { operation, user_id } = entry;
  const created = added(entry, revision);
  if (created) return { ...content, entries: [...entries, created].slice(-most.entries) };
  const target = targetOf(operation);
  if (operation.type === 'message.read') return { ...content, read: marked(read, user_id, target) };
  return { ...content, entries: entries.map((one) => (one.message_id === target ? changed(one, entry) : one)) };
}

/** Marks move forward only. Whose mark is oldest has none once there are too many; it was behind all that is here. */
function marked(read: Feed['read'], user_id: string, message_id = '0'): Feed['read'] {
  const before = Object.hasOwn(read, user_id) ? Number(read[user_id]) : 0;
  if (Number(message_id) <= before) return read;
  const marks = Object.entries({ ...read, [user_id]: message_id });
  if (marks.length > most.readers) marks.sort(byMark).shift();
  return Object.fromEntries(marks);
}

function byMark([one, mark]: [string, string], [other, otherMark]: [string, string]): number {
  return Number(mark) - Number(otherMark) || (one < other ? -1 : 1);
}
