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
  for (const [state, cells] of Object.entries(table) as [State, Partial<Record<Event, State>>][]) {
    cleanup(() => {
      table[state] = cells;
    });
    table[state] = new Proxy(cells, {
      get(_, event) {
        read = state;
        return asking ? undefined : cells[event as Event];
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

/** Every cell of a table: each state with each event that leads anywhere from some state. */
export function cells<State extends string, Event extends string>(
  table: Transitions<State, Event>,
): { state: State; event: Event; next: State | undefined }[] {
  const rows = Object.entries(table) as [State, Partial<Record<Event, State>>][];
  const events = [...new Set(rows.flatMap(([, row]) => Object.keys(row) as Event[]))];
  return rows.flatMap(([state, row]) => events.map((event) => ({ state, event, next: row[event] })));
}
