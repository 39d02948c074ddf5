import { isDeepStrictEqual } from 'node:util';
import type { BoardCommand } from '../../shared/documents/board/command.ts';
import { decodeNode } from '../../shared/documents/board/node.ts';
import { board } from '../../shared/documents/board.ts';
import { readLogged } from '../../shared/documents/events.ts';
import { feed } from '../../shared/documents/feed.ts';
import type { Session } from '../../shared/documents/session/content.ts';
import { session } from '../../shared/documents/session.ts';
import type { TextOperation } from '../../shared/documents/text/operation.ts';
import { measure } from '../../shared/documents/text/rope.ts';
import { text } from '../../shared/documents/text.ts';
import type { Entry } from '../../shared/documents/type.ts';
import { malformed } from '../../shared/json.ts';
import { Refusal } from '../../shared/refusals.ts';
import type { Seeding } from '../kinds/kind.ts';
import type { EventsLine, FeedLine, SessionLine } from './lines.ts';
import { piecesOf } from './pieces.ts';

// The log of a room that is imported: entries that make its content.

/** Refuses `bad_request` and `too_large`. */
export function textEntries(content: unknown, seeding: Seeding): Entry<TextOperation>[] {
  const { client_id, user_id, now, timestamp, limits, max_document_bytes } = seeding;
  if (typeof content !== 'string' || !content.isWellFormed())
    throw malformed('content', 'text without half surrogate pairs');
  const { bytes } = measure(content);
  if (bytes > max_document_bytes)
    throw new Refusal('too_large', `content: ${bytes} bytes, the limit is ${max_document_bytes}`);
  const entry = (operation: TextOperation) => ({
    operation,
    client_id,
    user_id,
    timestamp: Math.min(timestamp ?? now, now),
  });
  if (content === '') return [entry([])];
  let length = 0;
  return piecesOf([content], limits).map(([inserted]) => {
    const operation = length > 0 ? [length, inserted] : [inserted];
    length += measure(String(inserted)).length;
    return entry(text.decode(operation, limits));
  });
}

/** A board, each field and each item of a list by an operation of its own. Refuses `bad_request` what is none. */
export function boardEntries(content: unknown, seeding: Seeding): Entry<readonly BoardCommand[]>[] {
  const { client_id, user_id, now, timestamp, limits } = seeding;
  const node = decodeNode(content, 'content');
  if (!('fields' in node)) throw malformed('content', 'fields');
  const commands = Object.entries(node.fields).flatMap(([name, field]): BoardCommand[] => {
    if (!('items' in field)) return [{ type: 'set', path: [name], node: field }];
    const items = Object.entries(field.items);
    return [
      { type: 'set', path: [name], node: { items: {} } },
      ...items.map(([id, item]): BoardCommand => ({ type: 'insert', path: [name, id], ...item })),
    ];
  });
  return commands.map((command) => ({
    operation: board.decode([command], limits),
    client_id,
    user_id,
    timestamp: Math.min(timestamp ?? now, now),
  }));
}

/** Refuses `bad_request` what no session can be. */
export function sessionEntries(
  { content, timestamp }: SessionLine,
  { client_id, user_id, now, limits }: Seeding,
): Entry[] {
  const { state, playback, queue, scores } = content;
  const { track_id, status, position_ms, duration_ms, updated_at } = playback;
  const played = Math.min(updated_at, now);
  const last = Math.max(played, Math.min(timestamp ?? now, now));
  const entries: Entry[] = [];
  const add = (operation: object, at: number, author = user_id) =>
    entries.push({ operation: session.decode(operation, limits), client_id, user_id: author, timestamp: at });
  const control = (action: string, more: object = {}) => add({ type: 'playback_control', action, ...more }, played);

  if (track_id !== null) {
    if (duration_ms !== undefined) add({ type: 'queue_track', track_id, duration_ms }, played);
    control('play', { track_id, position_ms });
    if (status === 'paused') control('pause', { position_ms });
  }
  if (status === 'stopped' && updated_at > 0) control('stop');
  for (const { track_id, title, duration_ms, added_by, votes } of queue) {
    const known = { ...(title !== null && { title }), ...(duration_ms !== null && { duration_ms }) };
    add({ type: 'queue_track', track_id, ...known }, last, added_by);
    for (const voter of votes) add({ type: 'vote_track', track_id, vote: 1 }, last, voter);
  }
  for (const [team, score] of Object.entries(scores)) add({ type: 'score_update', team, score }, last);
  add({ type: 'session_update', state }, last);
  checkSession(content, entries);
  return entries;
}

function checkSession(content: SessionLine['content'], entries: Entry[]): void {
  const made = entries.reduce<Session>(
    (before, entry, index) => session.apply(before, entry as never, index + 1),
    session.create(),
  );
  if (!isDeepStrictEqual(JSON.parse(JSON.stringify(made)), content))
    throw malformed('content', 'what a session can be');
}

/** What a feed's log has, behind as many entries as it has lost. Refuses `bad_request`. */
export function feedEntries({ base, entries, after }: FeedLine, seeding: Seeding): Entry[] {
  const { now, limits } = seeding;
  const all = [...(base ? baseEntries(base, seeding) : []), ...entries];
  return logged(all, after, now, (operation) => feed.decode(operation, limits));
}

/** What the log of an application's events has. Its schemas have made that, and are not asked again. Refuses `bad_request`. */
export function eventsEntries({ entries, after }: EventsLine, { now }: Seeding): Entry[] {
  return logged(entries, after, now, readLogged);
}

/** Entries of a log as they were, no later than now, and none earlier than the one before. */
function logged(
  entries: EventsLine['entries'],
  after: EventsLine['after'],
  now: number,
  read: (operation: unknown) => unknown,
): Entry[] {
  let at = after?.timestamp ?? 0;
  return entries.map(({ operation, client_id, sequence, user_id, timestamp, redacted }) => {
    at = Math.min(Math.max(at, timestamp), now);
    return {
      operation: read(operation),
      client_id,
      ...(sequence !== undefined && { sequence }),
      user_id,
      timestamp: at,
      ...(redacted !== undefined && { redacted }),
    };
  });
}

/** Entries that make what a feed had at a revision, each where it was; what is between them does nothing. */
function baseEntries(
  { revision, entries, read }: NonNullable<FeedLine['base']>,
  { client_id, user_id }: Seeding,
): Entry[] {
  const made: (Entry | undefined)[] = Array.from({ length: revision });
  const later: { operation: object; user_id: string }[] = [];
  for (const { message_id, type, text, data, user_id, timestamp, reactions, deleted } of entries) {
    const place = Number(message_id) - 1;
    if (!(place >= 0 && place < revision)) throw malformed('base.entries', 'entries from before the revision');
    const said = deleted
      ? type === 'message.new' && { text: '' }
      : { ...(text !== undefined && { text }), ...(data !== undefined && { data }) };
    const gone = deleted && { redacted: 'deleted' as const };
    made[place] = { operation: { type, ...said }, client_id, user_id, timestamp, ...gone };
    for (const [reaction, users] of Object.entries(reactions))
      for (const user of users)
        later.push({ operation: { type: 'message.reaction', message_id, reaction, on: true }, user_id: user });
  }
  for (const [user, message_id] of Object.entries(read))
    later.push({ operation: { type: 'message.read', message_id }, user_id: user });
  // What was done to an entry comes behind it: from the end on.
  for (let place = revision - 1; place >= 0; place -= 1) {
    if (made[place]) continue;
    const { operation, user_id: author } = later.pop() ?? { operation: nothing, user_id };
    made[place] = { operation, client_id, user_id: author, timestamp: 0 };
  }
  return made as Entry[];
}

/** Takes back a reaction that was never there. */
const nothing = { type: 'message.reaction', message_id: '1', reaction: '-', on: false };
