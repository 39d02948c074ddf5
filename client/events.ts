/** The application's own events: `tutti/events`. */

export {
  type DeclaredEvent,
  type DeclaredEvents,
  defineEvents,
  type EventInput,
  type EventOf,
  type EventsGap,
  type EventsType,
  type HappenedEvent,
  type LoggedEvent,
} from '../shared/documents/events.ts';
export { SharedEvents, type SharedEventsEvents, sharedEvents } from './documents/events.ts';
