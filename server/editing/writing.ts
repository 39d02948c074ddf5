import type { TextOperation } from '../../shared/documents/text/operation.ts';
import type { Author as DocumentAuthor, OperationLimits } from '../../shared/documents/type.ts';
import { sizeOf } from '../../shared/json.ts';
import { Refusal } from '../../shared/refusals.ts';
import type { RoomId } from '../../shared/rooms.ts';
import { userKeyOf } from '../access/identity.ts';
import { type Consume, consumeWritten } from '../limits/limits.ts';
import { isSameRequest, type KeyedRequest, lastStep, otherRequest, requestUnder, stepOf } from '../rooms/named.ts';
import type { Room, Written } from '../rooms/room.ts';
import type { Rooms } from '../rooms/rooms.ts';
import type { Stand } from '../rooms/stand.ts';
import { elsewhere } from '../rooms/writer.ts';
import { changeOf } from './change.ts';
import { piecesOf } from './pieces.ts';
import { type ReadText, textShown } from './readText.ts';

/** Who writes without a connection: a service, or a user over HTTP; within which tenant, and with what role there. */
export interface Author extends DocumentAuthor {
  org_id: string;
}

/** An operation as it was sent: without a `client_id` it is nobody's in particular. */
export type Sent = Written & { client_id?: string | undefined };

export interface Replacing {
  /** As the room has to stand; `written`: anyhow, but it has to be there. Refuses `precondition_failed` where it is not so. */
  at?: Stand | 'written' | undefined;
  /** What was written under it is written once. Refuses `conflict` where that was another text. */
  key?: string | undefined;
}

/** Told of what was committed, and over how many entries it was brought. */
export type OnWritten = (late: number) => void;

export interface WritingOptions {
  rooms: Rooms;
  consume: Consume;
  limits: OperationLimits;
  onWritten: OnWritten;
}

/** Who is nobody's client in particular: no connection can be this one. */
const anonymous = 'service:';

export type Writing = ReturnType<typeof createWriting>;

/** How services and users write into rooms that they are not in: by the same way as those who are, and within the same limits. */
export function createWriting({ rooms, consume, limits, onWritten }: WritingOptions) {
  /** Brings an operation into the log. Resolves with where the room stands by it. Refuses as `collaboration_operation` does. */
  async function write(author: Author, room_id: RoomId, sent: Sent): Promise<Stand> {
    const { client_id = anonymous, ...written } = sent;
    await take(author, written.operation);
    return enter(await rooms.open(author.org_id, room_id), author, written, client_id);
  }

  /** Reads a song as a service. */
  async function read({ org_id }: Pick<Author, 'org_id'>, room_id: RoomId): Promise<ReadText> {
    return textOf(await rooms.open(org_id, room_id));
  }

  /** Makes a song say what `text` does, by no more than the difference. What others write meanwhile stays. */
  async function replace(author: Author, room_id: RoomId, wanted: string, options: Replacing = {}): Promise<Stand> {
    const { at, key } = options;
    const room = await rooms.open(author.org_id, room_id);
    const request = key === undefined ? undefined : requestUnder(author.user_id, key, wanted);
    const name = request?.client_id ?? anonymous;
    const release = await room.members.expect(name);
    try {
      const exact = typeof at === 'object';
      if (exact) await room.reach(at);
      const record = room.writer.record(name);
      const done = request && record ? doneOf(request, record.sequence) : 0;
      if (record && done === lastStep) return { epoch: textOf(room).epoch, revision: record.revision };
      const before = textOf(room, payer(author));
      if (!fits(at, before)) throw elsewhere(before.revision);
      const { operation, compared } = changeOf(before.text, wanted);
      if (author.role !== 'service') room.reading.compared(author.user_id, compared);
      // Under a key it is remembered, also where it changes nothing.
      if (operation.length === 0 && key === undefined) return { epoch: before.epoch, revision: before.revision };
      return await enterText(room, author, before, operation, { request, done, ...(exact && { exact }) });
    } finally {
      release();
    }
  }

  /** Brings what was made of a text into the log, as several operations where it is too long for one. */
  async function edit(author: Author, room_id: RoomId, before: ReadText, operation: TextOperation): Promise<Stand> {
    if (operation.length === 0) return { epoch: before.epoch, revision: before.revision };
    const room = await rooms.open(author.org_id, room_id);
    return enterText(room, author, before, operation);
  }

  /** `done`: how much of the request is in the log already. */
  async function enterText(
    room: Room,
    author: Author,
    before: Stand,
    operation: TextOperation,
    { request, done = 0, exact }: { request?: KeyedRequest | undefined; done?: number; exact?: true } = {},
  ): Promise<Stand> {
    await take(author, operation);
    let stand: Stand = before;
    const pieces = piecesOf(operation, limits);
    for (const [index, piece] of pieces.entries()) {
      const isLast = index === pieces.length - 1;
      const sequence = request?.numberOf(isLast ? lastStep : done + index + 1);
      const made = { epoch: stand.epoch, revision: before.revision, ...(index === 0 && exact && { exact }) };
      stand = await enter(room, author, { operation: piece, sequence, ...made }, request?.client_id ?? anonymous);
    }
    return stand;
  }

  async function enter(room: Room, { user_id, role }: Author, sent: Written, client_id: string): Promise<Stand> {
    const stand = await room.write(sent, { user_id, role, client_id });
    onWritten(Math.max(0, stand.revision - 1 - (sent.revision ?? stand.revision - 1)));
    return stand;
  }

  function take({ org_id, user_id }: Author, operation: unknown): Promise<void> | undefined {
    return consumeWritten(consume, { user: userKeyOf({ org_id, user_id }), tenant: org_id }, sizeOf(operation));
  }

  return { write, read, replace, edit };
}

/** How much of a request is in the log. Refuses `conflict` where its key was another one's. */
function doneOf(request: KeyedRequest, sequence: number): number {
  if (!isSameRequest(request.numberOf(0), sequence)) throw otherRequest();
  return stepOf(sequence);
}

function fits(at: Replacing['at'], { epoch, revision }: Stand): boolean {
  if (at === undefined) return true;
  return at === 'written' ? epoch !== '' : at.epoch === epoch && at.revision === revision;
}

/** Services are the application itself: what they read counts for nobody. */
function payer({ role, user_id }: Author): string | undefined {
  return role === 'service' ? undefined : user_id;
}

/** Reads a song, as `user_id`, or as a service. Refuses `bad_request` where the room holds no text, and `rate_limited`. */
export function textOf({ room_id, reading }: Room, user_id?: string): ReadText {
  const { epoch, revision, document } = reading.held(user_id);
  const text = textShown(document);
  if (text === undefined) throw new Refusal('bad_request', `room_id: ${room_id} holds no text`);
  return { text, epoch, revision };
}
