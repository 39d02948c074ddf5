import type { RoomId } from '../../shared/rooms.ts';
import type { WebhookEventType } from '../config.ts';
import type { LedgerType } from '../ledgers/ledger.ts';
import { ledgerKey } from '../ledgers/ledger.ts';
import type { WebhookEvent } from './events.ts';

/** A tenant has a queue for its rooms, and one for its users: whoever comes and goes takes no place from what was written. */
export const queueNames = ['rooms', 'users'] as const;
export type QueueName = (typeof queueNames)[number];

/** What the service has been told of a room, as far as there is more to tell. */
export interface Told {
  occupied: boolean;
  epoch: string;
  /** Of the document. */
  revision: number;
}

/** What waits to be delivered is in the ledger itself, behind `done`. */
export interface QueueState {
  /** The rooms that are occupied, or whose document has changed since. */
  rooms: Readonly<Record<RoomId, Told>>;
  /** The users that are online, and since when. */
  online: Readonly<Record<string, number>>;
  /** The change up to which all events are delivered, or given up. */
  done: number;
  /** How many wait, and how many bytes they take. */
  events: number;
  bytes: number;
}

export type QueueChange =
  | {
      type: 'happened';
      events: WebhookEvent[];
      bytes: number;
      rooms?: Record<RoomId, Told | null>;
      online?: Record<string, number | null>;
    }
  | { type: 'done'; through: number; events: number; bytes: number };

export const queue: LedgerType<QueueState, QueueChange> = {
  create: () => ({ rooms: {}, online: {}, done: 0, events: 0, bytes: 0 }),
  apply(state, { change }) {
    if (change.type === 'done') {
      const { through, events, bytes } = change;
      return { ...state, done: through, events: state.events - events, bytes: state.bytes - bytes };
    }
    return {
      ...state,
      rooms: patched(state.rooms, change.rooms),
      online: patched(state.online, change.online),
      events: state.events + change.events.length,
      bytes: state.bytes + change.bytes,
    };
  },
  readableFrom: ({ done }) => done,
};

/** Something that an instance has noticed, and perhaps another one too. */
export type Notice =
  | ({ type: 'room.occupied'; id: string; timestamp: number; room_id: RoomId } & Head)
  | { type: 'room.vacated'; id: string; timestamp: number; room_id: RoomId }
  /** A document stands behind this head. */
  | ({ type: 'document.changed'; room_id: RoomId } & Head)
  | ({ type: 'document.stored'; id: string; timestamp: number; room_id: RoomId } & Head)
  | { type: 'entry.published'; id: string; timestamp: number; room_id: RoomId; data: Record<string, unknown> }
  | { type: 'user.online'; id: string; timestamp: number; user_id: string }
  | { type: 'user.offline'; id: string; timestamp: number; user_id: string };

interface Head {
  epoch: string;
  revision: number;
}

/** What notices change in a queue: what is told already is not told again. Undefined where that is all of it. */
export function changeOf(
  state: QueueState,
  org_id: string,
  notices: readonly Notice[],
  wanted: ReadonlySet<WebhookEventType>,
): QueueChange | undefined {
  const rooms: Record<RoomId, Told | null> = {};
  const online: Record<string, number | null> = {};
  const events: WebhookEvent[] = [];

  const told = (room_id: RoomId) =>
    (Object.hasOwn(rooms, room_id) ? rooms[room_id] : own(state.rooms, room_id)) ?? undefined;
  const isOnline = (user_id: string) => {
    return ((Object.hasOwn(online, user_id) ? online[user_id] : own(state.online, user_id)) ?? undefined) !== undefined;
  };
  const tell = (notice: Exclude<Notice, { type: 'document.changed' }>, data: WebhookEvent['data']) => {
    const { id, type, timestamp } = notice;
    const of = 'room_id' in notice ? { room_id: notice.room_id } : { user_id: notice.user_id };
    if (wanted.has(type)) events.push({ id, type, org_id, ...of, timestamp, data });
  };

  for (const notice of notices) {
    if (notice.type === 'user.online' || notice.type === 'user.offline') {
      const comes = notice.type === 'user.online';
      if (isOnline(notice.user_id) === comes) continue;
      online[notice.user_id] = comes ? notice.timestamp : null;
      tell(notice, {});
      continue;
    }
    if (notice.type === 'entry.published') {
      tell(notice, notice.data);
      continue;
    }
    const { room_id } = notice;
    const before = told(room_id);
    if (notice.type === 'room.vacated') {
      if (!before) continue;
      rooms[room_id] = null;
      if (before.occupied) tell(notice, {});
      continue;
    }
    const { epoch, revision } = notice;
    if (notice.type === 'document.changed') {
      if (!before) rooms[room_id] = { occupied: false, epoch, revision };
    } else if (notice.type === 'room.occupied') {
      if (before?.occupied) continue;
      rooms[room_id] = { epoch, revision, ...before, occupied: true };
      tell(notice, {});
    } else {
      const isKnown = before?.epoch === epoch && before.revision >= revision;
      if (isKnown) continue;
      rooms[room_id] = before?.occupied ? { occupied: true, epoch, revision } : null;
      tell(notice, { epoch, revision });
    }
  }
  if (events.length === 0 && !differs(state.rooms, rooms) && Object.keys(online).length === 0) return undefined;
  return {
    type: 'happened',
    events,
    bytes: sizeOfEvents(events),
    ...(Object.keys(rooms).length > 0 && { rooms }),
    ...(Object.keys(online).length > 0 && { online }),
  };
}

/** How many bytes events take in a request, roughly. */
export function sizeOfEvents(events: readonly WebhookEvent[]): number {
  return events.length === 0 ? 0 : Buffer.byteLength(JSON.stringify(events));
}

/** What the keys of all queues begin with. */
export const queuePrefix = ':webhooks/';

export function queueKey(org_id: string, name: QueueName): string {
  return ledgerKey('webhooks', org_id, name);
}

/** Whose queue it is; undefined where it is none. */
export function readQueueKey(key: string): { org_id: string; name: QueueName } | undefined {
  const [, org_id = '', last = ''] = key.split('/');
  const name = queueNames.find((name) => name === last);
  return name && { org_id: decodeURIComponent(org_id), name };
}

function patched<Value>(
  before: Readonly<Record<string, Value>>,
  patch: Record<string, Value | null> | undefined,
): Readonly<Record<string, Value>> {
  if (!patch) return before;
  const after = { ...before };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete after[key];
    else after[key] = value;
  }
  return after;
}

function own<Value>(values: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(values, key) ? values[key] : undefined;
}

function differs(before: QueueState['rooms'], patch: Record<RoomId, Told | null>): boolean {
  return Object.entries(patch).some(([room_id, told]) => {
    const known = own(before, room_id as RoomId);
    if (!known || !told) return (known ?? null) !== told;
    return known.occupied !== told.occupied || known.epoch !== told.epoch || known.revision !== told.revision;
  });
}
