/**
 * The contract on the wire: every event that crosses it. The first file to read; in events/ beside it each subject has a
 * file that says what is in its events. The types of both sides follow from these schemas by inference, and so does
 * docs/PROTOCOL.md (`npm run docs`), in the order of these tables. A schema with an id is listed there once, under that name.
 *
 * Conventions: Socket.IO 4, namespace `/`. Names are snake_case, times are milliseconds since the Unix epoch, positions
 * in text count Unicode code points. What clients send is checked against these schemas, unknown fields are dropped;
 * what the server sends is only typed. A change of any is a change of the protocol: `protocolVersion` says so.
 */
import type { z } from 'zod';
import {
  collaboration_operation,
  collaboration_update,
  type document,
  type feedEntry,
  get_history,
  get_operations,
  room_head,
} from './events/documents.ts';
import {
  auth_error,
  authenticate,
  authenticated,
  connected,
  error,
  ping,
  pong,
  type refusal,
  token_expiring,
} from './events/door.ts';
import type { since } from './events/fields.ts';
import {
  broadcast_message,
  type cursor,
  cursor_moved,
  cursor_update,
  get_participants,
  type participant,
  presence_subscribe,
  room_message,
  typing,
  typing_changed,
  user_joined,
  user_left,
  user_offline,
  user_online,
} from './events/people.ts';
import {
  c,
  event,
  get_room_state,
  join_room,
  leave_room,
  role_changed,
  room_joined,
  room_left,
  room_removed,
  type roomState,
} from './events/rooms.ts';

export { protocolVersion } from './protocol.ts';

/** What clients send. */
export const clientEvents = {
  authenticate,
  join_room,
  leave_room,
  collaboration_operation,
  get_operations,
  get_room_state,
  get_history,
  cursor_update,
  typing,
  broadcast_message,
  get_participants,
  presence_subscribe,
  ping,
};

/** What the server sends. */
export const serverEvents = {
  connected,
  authenticated,
  room_joined,
  room_left,
  collaboration_update,
  cursor_moved,
  user_joined,
  user_left,
  typing_changed,
  room_message,
  room_head,
  user_online,
  user_offline,
  c,
  event,
  role_changed,
  room_removed,
  token_expiring,
  pong,
  error,
  auth_error,
};

// ---------------------------------------------------------------- the same as types

export type ClientEventName = keyof typeof clientEvents;
export type Payload<E extends ClientEventName> = z.infer<(typeof clientEvents)[E]['payload']>;
export type Answer<E extends ClientEventName> = z.infer<(typeof clientEvents)[E]['answer']>;
/** What a callback is called with. */
export type Acknowledgement<E extends ClientEventName> =
  | ({ ok: true } & Answer<E>)
  | { ok: false; error: z.infer<typeof refusal> };

/** A compact frame, `c`, is one of them in another form. */
export type ServerEventName = Exclude<keyof typeof serverEvents, 'c'>;
export type ServerPayload<E extends keyof typeof serverEvents> = z.infer<(typeof serverEvents)[E]>;

export type ClientToServerEvents = {
  [E in ClientEventName]: (payload: Payload<E>, acknowledge?: (answer: Acknowledgement<E>) => void) => void;
};
export type ServerToClientEvents = {
  [E in keyof typeof serverEvents]: (payload: ServerPayload<E>) => void;
};

export type RoomState = z.infer<typeof roomState>;
export type Participant = z.infer<typeof participant>;
export type Cursor = z.infer<typeof cursor>;
export type DocumentMessage = z.infer<typeof document>;
export type FeedEntry = z.infer<typeof feedEntry>;
export type Since = z.infer<typeof since>;
