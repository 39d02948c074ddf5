import type { DeclaredEvents, EventsType } from '../../shared/documents/events.ts';
import { feed } from '../../shared/documents/feed.ts';
import type { Session } from '../../shared/documents/session/content.ts';
import { session } from '../../shared/documents/session.ts';
import { text } from '../../shared/documents/text.ts';
import { Refusal } from '../../shared/refusals.ts';
import { parseRoomId, type RoomId } from '../../shared/rooms.ts';
import type { Kinds } from '../kinds/kinds.ts';
import { lastStep, requestUnder } from '../rooms/named.ts';
import type { Rooms } from '../rooms/rooms.ts';
import { createEventsHandle, type EventsHandle } from './eventsHandle.ts';
import { createFeedHandle, type FeedHandle } from './feedHandle.ts';
import { createSessionHandle, type SessionHandle } from './sessionHandle.ts';
import { createTextHandle, type TextHandle } from './textHandle.ts';
import type { Author, Writing } from './writing.ts';

/**
 * A room, as a service reads and writes it without being in it: by the same log as everybody, so that those who are there
 * see at once what it does. What the room does not hold throws a Refusal (`bad_request`).
 */
export interface RoomHandle {
  readonly room_id: RoomId;
  readonly text: TextHandle;
  readonly session: SessionHandle;
  readonly feed: FeedHandle;
  /** The application's events, as `kinds` has them for such rooms. */
  events<Events extends DeclaredEvents>(type: EventsType<Events>): EventsHandle<Events>;
}

/** Refuses `bad_request` what is no room's id. */
export function createRoomHandle(
  { rooms, kinds, writing }: { rooms: Rooms; kinds: Kinds; writing: Writing },
  sender: { org_id: string; user_id: string },
  id: string,
): RoomHandle {
  const room_id = parseRoomId(id);
  const author: Author = { ...sender, role: 'service' };
  const reading = async () => (await rooms.open(author.org_id, room_id)).reading;

  async function command(operation: unknown, key?: string): Promise<number> {
    const request = key === undefined ? undefined : requestUnder(author.user_id, key, operation);
    const named = request && { client_id: request.client_id, sequence: request.numberOf(lastStep) };
    return (await writing.write(author, room_id, { operation, ...named })).revision;
  }

  function check(held: string): void {
    const { name } = kinds.of(room_id).type;
    if (name !== held) throw new Refusal('bad_request', `room_id: ${room_id} holds a ${name}, and no ${held}`);
  }

  return {
    room_id,
    get text() {
      check(text.name);
      return createTextHandle(writing, author, room_id);
    },
    get session() {
      check(session.name);
      return createSessionHandle(async () => (await reading()).held().document.content as Session, command);
    },
    get feed() {
      check(feed.name);
      const history = async (before: string | undefined, limit: number) =>
        (await reading()).history(before, limit, author.user_id);
      return createFeedHandle(history, command);
    },
    events(type) {
      check(type.name);
      const room = { open: () => rooms.open(author.org_id, room_id), isClosed: () => rooms.isClosed };
      return createEventsHandle(type, room, author, command);
    },
  };
}
