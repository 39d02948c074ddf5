import { fields, type Json, json, malformed, text } from '../json.ts';
import { Refusal } from '../refusals.ts';
import { type AuthorRole, higherRole } from '../rooms.ts';
import { type InputOf, type OutputOf, type StandardSchema, validate } from '../standardSchema.ts';
import type { DocumentType } from './type.ts';

/** An event of the application's own. */
export interface DeclaredEvent {
  /** What its data has to be: of zod, valibot, arktype, or any other Standard Schema that answers at once. What it makes of the data is JSON. */
  readonly schema: StandardSchema;
  /** It goes into the log, and everyone hears it once and in order. Default: who is in the room now hears it, and it is stored nowhere. */
  readonly durable?: boolean;
  /** The lowest role that may emit it; `service`: the application alone. Default: `editor`. */
  readonly role?: AuthorRole;
}

/** Events by their names. */
export type DeclaredEvents = Readonly<Record<string, DeclaredEvent>>;

/** What emit() takes for an event. */
export type EventInput<Declared extends DeclaredEvent> = InputOf<Declared['schema']>;

/** An event as who listens has it. */
export interface HappenedEvent<Data = unknown> {
  readonly data: Data;
  /** Who has emitted it. */
  readonly user_id: string;
  /** When, in milliseconds since the epoch, by the server's clock. */
  readonly timestamp: number;
}

/** The same of one that is in the log. */
export interface LoggedEvent<Data = unknown> extends HappenedEvent<Data> {
  /** Names it, in its room. */
  readonly id: string;
  /** The replica that has emitted it. */
  readonly client_id: string;
}

/** An event as who listens has it, by how it was declared. */
export type EventOf<Declared extends DeclaredEvent> = Declared extends { readonly durable: true }
  ? LoggedEvent<OutputOf<Declared['schema']>>
  : HappenedEvent<OutputOf<Declared['schema']>>;

/** Some may have been missed: the log does not reach back so far any more, or another history has begun. */
export interface EventsGap {
  /** How many entries of the log, each of them one event or several; undefined where another history has begun, as after a backup was put back. */
  readonly missed: number | undefined;
}

/** An event on the wire. */
export interface EventMessage {
  readonly type: string;
  readonly data?: Json;
}

/** What such a room holds besides its log: nothing. */
export type NoContent = Readonly<Record<never, never>>;

/** The document type of an application's events, for `kinds` of the server and for sharedEvents() of the client: an operation is a list of events. */
export interface EventsType<Events extends DeclaredEvents = DeclaredEvents>
  extends DocumentType<NoContent, readonly EventMessage[]> {
  /** As they were declared. */
  readonly events: Events;
  decodeMessage(raw: unknown): EventMessage;
  roleForMessage(message: EventMessage): AuthorRole;
}

/** What a client tells besides events, by the same on(). */
const reserved = ['change', 'status', 'refused', 'gap'];

const envelope = fields({ type: text(1, 64) }, { data: (raw: unknown) => raw });
const logged = fields({ type: text(1, 64) }, { data: json });
const noContent: NoContent = {};

/**
 * Declares the events of rooms of a kind, once for both sides: `defineEvents({ note: { schema, durable: true } })`. Throws a
 * TypeError where a name is none.
 */
export function defineEvents<const Events extends DeclaredEvents>(events: Events): EventsType<Events> {
  for (const name of Object.keys(events))
    if (name.length < 1 || name.length > 64 || reserved.includes(name) || name === '__proto__')
      throw new TypeError(
        `events: expected another name than "${name}": of 1 to 64 characters, and none of ${reserved}`,
      );

  function roleOf({ type }: EventMessage): AuthorRole {
    return events[type]?.role ?? 'editor';
  }

  return {
    name: 'events',
    events,
    bounded: true,
    create: () => noContent,
    load: () => noContent,
    bytes: () => 2,
    parts: (operation) => operation.length,
    decode(raw, { max_operation_parts }) {
      const list = Array.isArray(raw) ? raw : [raw];
      if (list.length === 0) throw malformed('operation', 'an event, or a list of events');
      if (list.length > max_operation_parts)
        throw new Refusal('too_large', `operation: ${list.length} events, the limit is ${max_operation_parts}`);
      return list.map((one, index) =>
        readEvent(events, one, true, list.length > 1 ? `operation.${index}` : 'operation'),
      );
    },
    roleFor: (operation) => operation.map(roleOf).reduce(higherRole),
    apply: (content) => content,
    decodeMessage: (raw) => readEvent(events, raw, false, 'message'),
    roleForMessage: roleOf,
  };
}

/** An event as it may be sent. Refuses `bad_request` what was not declared so, and says why. */
export function readEvent(events: DeclaredEvents, raw: unknown, durable: boolean, field: string): EventMessage {
  const { type, data } = envelope(raw, field);
  const declared = Object.hasOwn(events, type) ? events[type] : undefined;
  if (!declared) throw malformed(`${field}.type`, `one of ${Object.keys(events).join(', ')}`);
  if ((declared.durable ?? false) !== durable)
    throw malformed(`${field}.type`, durable ? `a durable event, ${type} is none` : `no durable event, as ${type} is`);
  const validated = validate(declared.schema, data, `${field}.data`);
  if ('wrong' in validated) throw new Refusal('bad_request', validated.wrong);
  const value = withoutUndefined(validated.value);
  return value === undefined ? { type } : { type, data: json(value, `${field}.data`) };
}

/** Events as a log has them, whatever is declared by now. Refuses `bad_request` what are none. */
export function readLogged(raw: unknown): readonly EventMessage[] {
  if (!Array.isArray(raw) || raw.length === 0) throw malformed('operation', 'a list of events');
  return raw.map((one) => logged(one, 'operation'));
}

/** JSON knows nothing of what is undefined: such fields are as good as absent. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const given = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.fromEntries(given.map(([name, part]) => [name, withoutUndefined(part)]));
}
