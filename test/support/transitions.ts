import type { Transitions } from '../../client/stateMachine.ts';
import { cleanup } from './cleanup.ts';

/**
 * Watches a table until the test ends. Returns which of its states an object is in that reads it: `ask` makes the object
 * look up an event, which is then ignored.
 */
export function watch<State extends string, Event extends string>(
  table: Transitions<State, Event>,
): (ask: () => void) => State | undefined {
  let asking = false;
  let read: State | undefined;
  for (const [state, cells] of Object.entries(table) as [State, Record<Event, State | ''>][]) {
    cleanup(() => {
      table[state] = cells;
    });
    table[state] = new Proxy(cells, {
      get(_, event) {
        read = state;
        return asking ? '' : cells[event as Event];
      },
    });
  }
  return (ask) => {
    asking = true;
    ask();
    asking = false;
    return read;
  };
}

/** Every cell of a table. */
export function cells<State extends string, Event extends string>(
  table: Transitions<State, Event>,
): { state: State; event: Event; next: State | '' }[] {
  return (Object.entries(table) as [State, Record<Event, State | ''>][]).flatMap(([state, row]) =>
    (Object.entries(row) as [Event, State | ''][]).map(([event, next]) => ({ state, event, next })),
  );
}
