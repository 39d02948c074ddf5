import type { Answer, ClientEventName, Payload } from '../../shared/events.ts';
import { checkSize } from '../../shared/json.ts';
import { Refusal } from '../../shared/refusals.ts';
import { parseRoomId } from '../../shared/rooms.ts';
import type { Authenticate } from '../access/auth.ts';
import type { Bans } from '../access/bans.ts';
import type { Permissions } from '../access/permissions.ts';
import type { Connection } from '../connections/connection.ts';
import { type People, subscribedAnew } from '../connections/people.ts';
import type { Budget } from '../limits/budget.ts';
import type { Join } from '../rooms/joining.ts';
import type { RoomMember } from '../rooms/roomMember.ts';
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
  bans: Bans;
  permissions: Permissions;
  budget: Budget;
  now(): number;
  audit: Audit;
  metrics: Metrics;
}

/** Prepares what may take much memory; what it resolves with makes the answer, in the moment of answering. */
export type Prepare<E extends ClientEventName> = () => Promise<() => Answer<E>>;
type InRoom<E extends ClientEventName> = Payload<E> & { room_id: string };
export type Handlers = ReturnType<typeof createHandlers>;

/** What is done for each event, once receive has let it in. What is thrown here, receive answers. */
export function createHandlers(options: HandlerOptions) {
  const { join, people, authenticate, bans, permissions, budget, now, audit, metrics } = options;
  return {
    async authenticate(connection: Connection, { token }: Payload<'authenticate'>): Promise<Answer<'authenticate'>> {
      const isNewest = connection.tokens.ask();
      const { user_id, org_id } = connection.identity;
      const identity = await authenticate({
        token: token.replace(/^Bearer +/i, ''),
        headers: {},
        address: connection.address,
      });
      if (identity.user_id !== user_id || identity.org_id !== org_id) {
        throw new Refusal('unauthorized', 'the token is for another user or tenant than this connection');
      }
      if (!identity.guest !== !connection.identity.guest)
        throw new Refusal(
          'unauthorized',
          'nobody turns from a guest into a user, or the other way round, on one connection',
        );
      if (isNewest()) connection.identity = identity;
      await permissions.decideAfresh(connection);
      return { user_id, expires_at: connection.identity.expires_at };
    },

    async join(connection: Connection, payload: Payload<'join_room'>): Promise<Prepare<'join_room'>> {
      const room_id = parseRoomId(payload.room_id);
      const { client_id = connection.id, since } = payload;
      const prepare = await join(connection, room_id, { client_id, since });
      return async () => {
        const enter = await prepare();
        return () => {
          const state = enter();
          const { user_id, org_id } = connection.identity;
          const { id, address } = connection;
          audit('joined', { connection: id, user_id, org_id, room_id, role: state.role, address });
          return state;
        };
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

    operations(member: RoomMember, payload: InRoom<'get_operations'>): Promise<Answer<'get_operations'>> {
      const { user_id } = member.connection.identity;
      return member.room.reading.operations(payload.since, payload.limit ?? defaultOperations, user_id);
    },

    async state(member: RoomMember): Promise<() => Answer<'get_room_state'>> {
      await member.room.settledOf(member.client_id);
      return () => member.room.read(member);
    },

    history(member: RoomMember, payload: InRoom<'get_history'>): Promise<Answer<'get_history'>> {
      const { user_id } = member.connection.identity;
      return member.room.reading.history(payload.before, payload.limit ?? defaultHistory, user_id);
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
      const { room, role, connection } = member;
      return { timestamp: room.message({ user_id: connection.identity.user_id, role }, message, to) };
    },

    participants(member: RoomMember, { after, limit }: InRoom<'get_participants'>): Answer<'get_participants'> {
      return member.room.presence.page(after, limit ?? defaultParticipants);
    },

    async watch(
      connection: Connection,
      { user_ids }: Payload<'presence_subscribe'>,
    ): Promise<() => Answer<'presence_subscribe'>> {
      const isNewest = connection.subscriptions.ask();
      const hidden = user_ids.find((user_id) => !people.shows(connection, user_id));
      if (hidden !== undefined)
        throw new Refusal('forbidden', `user_ids: a guest sees who is in its room, not ${hidden}`);
      const unwatched = people.unwatched(connection, user_ids);
      if (unwatched > 0) budget.take('user', connection.userKey, 'names', unwatched);
      await bans.check(connection.identity);
      await permissions.checkWatch(connection.identity, user_ids);
      if (!isNewest()) throw subscribedAnew();
      const online = await people.watch(connection, user_ids);
      return () => ({ online: online() });
    },

    ping(): Answer<'ping'> {
      return { timestamp: now() };
    },
  };
}
