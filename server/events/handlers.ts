import type { Answer, ClientEventName, Payload } from '../../shared/events.ts';
import { checkSize } from '../../shared/json.ts';
import { Refusal } from '../../shared/refusals.ts';
import { parseRoomId } from '../../shared/rooms.ts';
import type { Authenticate } from '../access/auth.ts';
import type { Permissions } from '../access/permissions.ts';
import type { Config } from '../config.ts';
import type { Connection } from '../connections/connection.ts';
import { type People, subscribedAnew } from '../connections/people.ts';
import type { Join, RoomMember } from '../rooms/joining.ts';
import type { Audit } from '../watch/audit.ts';
import type { Metrics } from '../watch/metrics.ts';

/** How many entries get_operations sends at once where it is not told. */
const defaultOperations = 500;
/** How many entries get_history sends at once where it is not told. */
const defaultHistory = 50;
/** How many participants get_participants sends at once where it is not told. */
const defaultParticipants = 200;
/** Bytes that a cursor's position may take as JSON. */
const maxPositionBytes = 1024;

export interface HandlerOptions {
  join: Join;
  people: People;
  authenticate: Authenticate;
  permissions: Permissions;
  config: Config;
  audit: Audit;
  metrics: Metrics;
}

type InRoom<E extends ClientEventName> = Payload<E> & { room_id: string };
/** Makes an answer that may be large, in the moment of answering, for who is a member then. */
export type Read<E extends ClientEventName> = (member: RoomMember) => Answer<E>;
export type Handlers = ReturnType<typeof createHandlers>;

/** What is done for each event, once receive has let it in. What is thrown here, receive answers. */
export function createHandlers(options: HandlerOptions) {
  const { join, people, authenticate, permissions, config, audit, metrics } = options;
  return {
    async authenticate(connection: Connection, { token }: Payload<'authenticate'>): Promise<Answer<'authenticate'>> {
      const isNewest = connection.tokens.ask();
      const { user_id, org_id } = connection.identity;
      const identity = await authenticate(token.replace(/^Bearer +/i, ''), connection.address);
      if (identity.user_id !== user_id || identity.org_id !== org_id) {
        throw new Refusal('unauthorized', 'the token is for another user or tenant than this connection');
      }
      if (isNewest()) connection.identity = identity;
      await permissions.decideAfresh(connection);
      return { user_id, expires_at: connection.identity.expires_at };
    },

    async join(connection: Connection, payload: Payload<'join_room'>): Promise<() => Answer<'join_room'>> {
      const room_id = parseRoomId(payload.room_id);
      const { client_id = connection.id, since } = payload;
      const enter = await join(connection, room_id, { client_id, since });
      return () => {
        const state = enter();
        const { user_id, org_id } = connection.identity;
        audit('joined', { connection: connection.id, user_id, org_id, room_id, role: state.role });
        return state;
      };
    },

    leave(connection: Connection, payload: Payload<'leave_room'>): Answer<'leave_room'> {
      const room_id = parseRoomId(payload.room_id);
      if (!connection.memberships.leave(room_id)) throw new Refusal('not_found', `not joined: ${room_id}`);
      return { room_id };
    },

    async operation(
      member: RoomMember,
      payload: InRoom<'collaboration_operation'>,
    ): Promise<Answer<'collaboration_operation'>> {
      const revision = await member.room.submit(member, payload);
      metrics.committed(Math.max(0, revision - 1 - (payload.revision ?? revision - 1)));
      return { revision };
    },

    async operations(member: RoomMember, payload: InRoom<'get_operations'>): Promise<Read<'get_operations'>> {
      const { since, limit = defaultOperations } = payload;
      await member.room.reading.reachBack(since);
      return ({ room }) => room.reading.operations(since, limit);
    },

    state(): Read<'get_room_state'> {
      return (member) => member.room.state(member);
    },

    async history(member: RoomMember, payload: InRoom<'get_history'>): Promise<Read<'get_history'>> {
      const history = await member.room.reading.history(payload.before, payload.limit ?? defaultHistory);
      return () => history;
    },

    cursor(member: RoomMember, { position, revision }: InRoom<'cursor_update'>): Answer<'cursor_update'> {
      checkSize('position', position, maxPositionBytes);
      member.room.cursors.move(member, position, revision);
      return {};
    },

    typing(member: RoomMember, { is_typing }: InRoom<'typing'>): Answer<'typing'> {
      member.room.typing.say(member.connection.identity.user_id, is_typing);
      return {};
    },

    message(member: RoomMember, { message, to }: InRoom<'broadcast_message'>): Answer<'broadcast_message'> {
      checkSize('message', message, config.maxMessageBytes);
      const { user_id } = member.connection.identity;
      return { timestamp: member.room.telling.message(user_id, message, to) };
    },

    participants(_: RoomMember, payload: InRoom<'get_participants'>): Read<'get_participants'> {
      const { after, limit = defaultParticipants } = payload;
      return ({ room }) => room.presence.page(after, limit);
    },

    async watch(
      connection: Connection,
      { user_ids }: Payload<'presence_subscribe'>,
    ): Promise<() => Answer<'presence_subscribe'>> {
      const isNewest = connection.subscriptions.ask();
      await Promise.all(user_ids.map((user_id) => permissions.checkWatch(connection.identity, user_id)));
      if (!isNewest()) throw subscribedAnew();
      const online = await people.watch(connection, user_ids);
      return () => ({ online: online() });
    },

    ping(): Answer<'ping'> {
      return { timestamp: Date.now() };
    },
  };
}
