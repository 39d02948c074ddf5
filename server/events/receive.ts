import type { Logger } from 'pino';
import { z } from 'zod';
import {
  type Answer,
  type ClientEventName,
  clientEvents,
  type Payload,
  type ServerEventName,
} from '../../shared/events.ts';
import { sizeOf } from '../../shared/json.ts';
import { messageOf, Refusal } from '../../shared/refusals.ts';
import { parseRoomId, type Role } from '../../shared/rooms.ts';
import type { Connection } from '../connections/connection.ts';
import type { Membership } from '../connections/membership.ts';
import type { Callback } from '../connections/socket.ts';
import type { Budget } from '../limits/budget.ts';
import { type Consume, consumeWritten, type LimitName } from '../limits/limits.ts';
import { asMember } from '../rooms/joining.ts';
import type { RoomMember } from '../rooms/roomMember.ts';
import type { Audit, AuditedAction } from '../watch/audit.ts';
import type { Metrics } from '../watch/metrics.ts';
import type { Handlers } from './handlers.ts';
import { asRefusal, parse } from './refusing.ts';

/** The answer, or how to get it in the moment of answering. */
type Now<E extends ClientEventName> = Answer<E> | (() => Answer<E>);
type Handled<E extends ClientEventName> = Now<E> | Promise<Now<E>>;

/** What an event needs, and who handles it. `answer`: the event that tells of success where there is no callback. */
interface Row<E extends ClientEventName> {
  limit?: LimitName;
  /** What it may have to wait for. */
  waits?: 'log';
  answer?: ServerEventName;
  /** What of it is written, and counts by its bytes. */
  written?(payload: Payload<E>): unknown;
  handle(connection: Connection, payload: Payload<E>): Handled<E>;
  prepare?: never;
}

/** An event whose answer may be large: `prepare` resolves with how to make it once the one before is read. */
interface Reading<E extends ClientEventName> {
  limit: LimitName;
  answer?: ServerEventName;
  written?: never;
  prepare(connection: Connection, payload: Payload<E>): Promise<() => Handled<E>>;
}

type InRoom<E extends ClientEventName> = Payload<E> & { room_id: string };
type InRoomHandler<E extends ClientEventName> = (member: RoomMember, payload: InRoom<E>) => Handled<E>;

/** A row for an event within a room: only for members with the role. */
function inRoom<E extends ClientEventName>(
  role: Role,
  row: Omit<Row<E>, 'handle'> & { handle: InRoomHandler<E> },
): Row<E> {
  return {
    ...row,
    handle(connection, payload) {
      const roomPayload = payload as InRoom<E>;
      return asMember(connection, roomPayload.room_id, role, (member) => row.handle(member, roomPayload));
    },
  };
}

/** A row for what members may read: it comes after the joins of its room that were asked for before it. */
function read<E extends ClientEventName>(handle: InRoomHandler<E>, answer?: ServerEventName): Reading<E> {
  return {
    limit: 'joins',
    ...(answer && { answer }),
    async prepare(connection, payload) {
      const roomPayload = payload as InRoom<E>;
      const { room_id } = roomPayload;
      await connection.memberships.settled(parseRoomId(room_id));
      return () => asMember(connection, room_id, 'viewer', (member) => handle(member, roomPayload));
    },
  };
}

type Table = { [E in ClientEventName]: Row<E> | Reading<E> };

/** The server at a glance: every event with its limit, the role that it needs, its answer and its handler. */
function tableOf(handlers: Handlers): Table {
  return {
    authenticate: { limit: 'joins', answer: 'authenticated', handle: handlers.authenticate },
    join_room: { limit: 'joins', answer: 'room_joined', prepare: handlers.join },
    leave_room: { answer: 'room_left', handle: handlers.leave },
    collaboration_operation: inRoom('viewer', {
      limit: 'operations',
      waits: 'log',
      written: ({ operation }) => operation,
      handle: handlers.operation,
    }),
    get_operations: read(handlers.operations),
    get_room_state: read(handlers.state, 'room_joined'),
    get_history: read(handlers.history),
    cursor_update: inRoom('viewer', { limit: 'cursors', handle: handlers.cursor }),
    typing: inRoom('editor', { limit: 'messages', handle: handlers.typing }),
    broadcast_message: inRoom('viewer', { limit: 'messages', handle: handlers.message }),
    get_participants: read(handlers.participants),
    presence_subscribe: { limit: 'joins', waits: 'log', handle: handlers.watch },
    ping: { answer: 'pong', handle: handlers.ping },
  };
}

/** The payloads' schemas, compiled: a check then costs about a tenth of a microsecond. */
const schemas = new Map(
  Object.entries(clientEvents).map(([event, { payload }]) => [event, z.compile(payload as z.ZodType)]),
);

type AnyRow = Row<ClientEventName> | Reading<ClientEventName>;

/** An event that is let in. */
interface Admitted {
  row: AnyRow;
  parsed: never;
}

/** Takes any event of a connection: its name, and what came with it. */
export type Receive = (connection: Connection, event: string, args: unknown[]) => Promise<void>;

export interface ReceiveOptions {
  handlers: Handlers;
  consume: Consume;
  budget: Budget;
  audit: Audit;
  metrics: Metrics;
  logger: Logger;
}

/** What is kept in the audit log where these are refused, unless they only came too often. */
const audited: { readonly [event: string]: 'refused' | 'join_refused' } = {
  authenticate: 'refused',
  join_room: 'join_refused',
};

/**
 * Receives events: the limit first (a refusal must be cheaper than the work), then the schema, then the role, then the
 * handler. What is thrown on the way is answered here and nowhere else.
 */
export function createReceive({ handlers, consume, budget, audit, metrics, logger }: ReceiveOptions): Receive {
  const table = tableOf(handlers);

  /** Takes what an event costs, and checks it: its limit, its schema, then what it writes. Refuses. */
  function admit(connection: Connection, event: string, payload: unknown): Admitted | Promise<Admitted> {
    const row = rowOf(table, event);
    const points = consume(row?.limit ?? 'other events', connection.userKey);
    const check = () => {
      const schema = schemas.get(event);
      if (!row || !schema) throw new Refusal('bad_request', `no event "${event.slice(0, 64)}"`);
      if (connection.expired && event !== 'authenticate') throw new Refusal('unauthorized', 'the token has expired');
      const parsed = parse(schema, typeof payload === 'function' ? undefined : payload) as never;
      const bytes = row.written ? sizeOf(row.written(parsed)) : 0;
      const writer = { user: connection.userKey, tenant: connection.identity.org_id };
      const writing = bytes > 0 ? consumeWritten(consume, writer, bytes) : undefined;
      return writing ? writing.then(() => ({ row, parsed })) : { row, parsed };
    };
    return points ? points.then(check) : check();
  }

  async function handle(connection: Connection, event: string, payload: unknown, callback?: number) {
    const admitted = connection.inOrder(admit(connection, event, payload));
    const { row, parsed } = admitted instanceof Promise ? await admitted : admitted;
    const answer = (handled: Now<ClientEventName>) => {
      const answered = typeof handled === 'function' ? handled() : handled;
      if (callback !== undefined) connection.answer(callback, { ok: true, ...answered });
      else if (row.answer) connection.answer(row.answer, answered);
    };
    const giveLarge = (handled: Now<ClientEventName>) => {
      const began = performance.now();
      answer(handled);
      budget.spend(connection.userKey, performance.now() - began);
    };
    if (row.prepare) await connection.hold(() => giveInTurn(connection, row.prepare(connection, parsed), giveLarge));
    else if (row.waits) await connection.hold(async () => answer(await row.handle(connection, parsed)));
    else answer(await row.handle(connection, parsed));
  }

  return async function receive(connection, event, args) {
    const callback = callbackOf(args);
    const payload = args[0];
    try {
      await handle(connection, event, payload, callback);
    } catch (error) {
      const refusal = asRefusal(error, () => logger.error({ err: error, event }, 'an event was not handled'));
      const { fatal, retry_after_ms = 0 } = refusal.details;
      const waits = event === 'cursor_update' && refusal.error_code === 'rate_limited' && !fatal;
      const membership = waits && membershipFor(connection, payload);
      if (membership) {
        // The newest one still arrives, when there are points for it.
        metrics.dropped('cursor over the limit');
        membership.postpone(() => void receive(connection, event, [payload]), retry_after_ms);
        if (callback !== undefined) connection.answer(callback, { ok: true });
        return;
      }
      metrics.refused(refusal.error_code);
      const action = audited[event];
      if (action && refusal.error_code !== 'rate_limited') auditRefusal(action, connection, payload, refusal);
      const message = messageOf(refusal, Date.now(), { event: event.slice(0, 64), ...contextOf(payload) });
      connection.tellRefused(message, callback, event === 'authenticate' ? 'auth_error' : 'error');
      if (fatal) connection.close();
    }
  };

  function auditRefusal(action: AuditedAction, connection: Connection, payload: unknown, refusal: Refusal): void {
    const { user_id, org_id } = connection.identity;
    const { room_id } = contextOf(payload);
    audit(action, {
      connection: connection.id,
      user_id,
      org_id,
      ...(room_id !== undefined && { room_id }),
      error_code: refusal.error_code,
      reason: refusal.message,
      address: connection.address,
    });
  }
}

/** What one answer waits for holds up no other; large ones are made and given one by one. */
async function giveInTurn(
  connection: Connection,
  prepared: Promise<() => Handled<ClientEventName>>,
  answer: (handled: Now<ClientEventName>) => void,
): Promise<void> {
  const make = await prepared;
  await connection.read(async () => {
    const handled = await make();
    return () => answer(handled);
  });
}

/** Which event it is decides both the schema and the handler: that they fit each other is the table's promise. */
function rowOf(table: Table, event: string): AnyRow | undefined {
  return Object.hasOwn(table, event) ? (table[event as ClientEventName] as unknown as AnyRow) : undefined;
}

/** The number of the callback that came with an event, if one did. */
function callbackOf(args: unknown[]): number | undefined {
  const last = args.at(-1);
  return typeof last === 'function' ? (last as Callback).id : undefined;
}

/** The membership that a payload which was not looked at means; undefined where it means none. */
function membershipFor(connection: Connection, payload: unknown): Membership | undefined {
  try {
    return connection.memberships.in(parseRoomId(contextOf(payload).room_id ?? ''));
  } catch {
    return undefined;
  }
}

/** What a refusal repeats of the payload, so that a client knows which of its operations is meant. */
function contextOf(payload: unknown): { room_id?: string; sequence?: number } {
  if (typeof payload !== 'object' || payload === null) return {};
  const { room_id, sequence } = payload as Record<string, unknown>;
  return {
    ...(typeof room_id === 'string' && { room_id: room_id.slice(0, 160) }),
    ...(typeof sequence === 'number' && { sequence }),
  };
}
