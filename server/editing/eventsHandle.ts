import type { DeclaredEvents, EventInput, EventsType } from '../../shared/documents/events.ts';
import type { Author } from '../../shared/documents/type.ts';
import { type FollowedEvent, type FollowOptions, follow, type OpenedRoom } from './following.ts';

/** The events of a room, as the application emits them and hears them itself. */
export interface EventsHandle<Events extends DeclaredEvents> {
  /**
   * Emits an event as a service. Resolves with the revision that a durable one made, once it is in the log. What is emitted
   * under a `key` again is in the log once. Throws a Refusal.
   */
  emit<Name extends keyof Events & string>(
    name: Name,
    data: EventInput<Events[Name]>,
    options?: { key?: string },
  ): Promise<number | undefined>;
  /**
   * Each event, those of the log once and in order, at the pace of who takes them: `for await (const event of …)`. Who keeps the
   * `id` of the last with what was done by it misses none over a restart, and does none twice. Ends when the server stops.
   */
  follow(options?: FollowOptions): AsyncGenerator<FollowedEvent<Events>, void, undefined>;
}

/** `command` resolves with the revision that it made. */
export function createEventsHandle<Events extends DeclaredEvents>(
  { events }: EventsType<Events>,
  room: OpenedRoom,
  author: Author,
  command: (operation: unknown, key?: string) => Promise<number>,
): EventsHandle<Events> {
  return {
    async emit(name, data, { key } = {}) {
      const event = { type: name, ...(data !== undefined && { data }) };
      if (events[name]?.durable) return command([event], key);
      (await room.open()).message(author, event);
      return undefined;
    },
    follow: (options) => follow(room, options) as AsyncGenerator<FollowedEvent<Events>, void, undefined>,
  };
}
