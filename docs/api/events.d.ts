/** The public face of `tutti/events`, as tsc declares it: written by `npm run docs`, to be read in a diff. */
import type { Documents, Saved, SharedState, SharedStateEvents, Surroundings } from 'tutti/client';
import type {
  Answer,
  DeclaredEvent,
  DeclaredEvents,
  EventInput,
  EventMessage,
  EventOf,
  EventsGap,
  EventsType,
  NoContent,
  RoomKind,
  RoomState,
  ServerPayload,
  Since,
} from 'tutti/shared';
export { SharedEvents, sharedEvents };
export type { SharedEventsEvents };
export { defineEvents } from 'tutti/shared';
export type {
  DeclaredEvent,
  DeclaredEvents,
  EventInput,
  EventOf,
  EventsGap,
  EventsType,
  HappenedEvent,
  LoggedEvent,
} from 'tutti/shared';

declare class SharedEvents<Events extends DeclaredEvents = DeclaredEvents> extends BatchedState<
  NoContent,
  EventMessage,
  SharedEventsEvents<Events>
> {
  constructor(type: EventsType<Events>, from: 'now' | 'start', surroundings: Surroundings);
  emit<Name extends keyof Events & string>(
    name: Name,
    ...data: Emitted<Events[Name]>
  ): Promise<
    Events[Name] extends {
      readonly durable: true;
    }
      ? number
      : undefined
  >;
  on<Name extends keyof SharedEventsEvents<Events>>(
    name: Name,
    listener: (event: SharedEventsEvents<Events>[Name]) => void,
  ): () => void;
  get need(): Need | undefined;
  joined(state: RoomState): void;
  caughtUp(answer: Answer<'get_operations'>): void;
  heard({ user_id, message, timestamp }: ServerPayload<'room_message'>): void;
  reset(client_id: string): void;
  save(): SavedEvents;
  restore(saved: SavedEvents): void;
}

type SharedEventsEvents<Events extends DeclaredEvents> = SharedStateEvents<NoContent> & {
  gap: EventsGap;
} & {
  [Name in keyof Events]: EventOf<Events[Name]>;
};

declare function sharedEvents<Events extends DeclaredEvents>(
  type: EventsType<Events>,
  kind: RoomKind,
  from?: 'now' | 'start',
): Documents<SharedEvents<Events>>;

// Not exported, but mentioned above.

declare abstract class BatchedState<
  Content,
  Command,
  Events extends SharedStateEvents<Content> = SharedStateEvents<Content>,
> extends SharedState<Content, readonly Command[], Events> {
  get wait(): number;
  outgoing(limits: { max_message_bytes: number }): Message | undefined;
}

type Emitted<Declared extends DeclaredEvent> =
  undefined extends EventInput<Declared> ? [data?: EventInput<Declared>] : [data: EventInput<Declared>];

interface Message {
  operation: unknown;
  revision: number;
  sequence: number;
}

type Need =
  | {
      event: 'join_room';
      since?: Since;
    }
  | {
      event: 'get_operations';
      since: Since;
    };

interface SavedEvents extends SavedState {
  placed?: boolean;
  gap?: EventsGap | undefined;
}

interface SavedState extends Saved {
  content: unknown;
  waiting: {
    operation: unknown;
    sequence?: number | undefined;
  }[];
}
