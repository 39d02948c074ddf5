import { Awareness } from 'y-protocols/awareness';
import type { Doc } from 'yjs';
import type { ShownCursor } from '../documents/text/cursors.ts';

/** An awareness, as bindings know it, that the room's server keeps: who has gone from the room is gone from here, and nobody else. */
export function createAwareness(doc: Doc): Awareness {
  const awareness = new Awareness(doc);
  quiet(awareness);
  return awareness;
}

/** By itself it would tell the same again and again, and take who says nothing for gone. */
export function quiet(awareness: Awareness): void {
  clearInterval(awareness._checkInterval);
}

/** Puts the states of others in the place of those that were there. The server says whose each is: `user_id`. */
export function showOthers(awareness: Awareness, shown: readonly ShownCursor<object>[]): void {
  const others = new Map(
    shown.map(({ client_id, user_id, position }) => {
      return [placeOf(client_id, awareness.clientID), { ...position, user_id }] as const;
    }),
  );
  const { states, meta } = awareness;
  const removed = [...states.keys()].filter((id) => id !== awareness.clientID && !others.has(id));
  const [added, updated]: [number[], number[]] = [[], []];
  for (const id of removed) states.delete(id);
  for (const [id, state] of others) {
    const before = states.get(id);
    if (before && JSON.stringify(before) === JSON.stringify(state)) continue;
    (before ? updated : added).push(id);
    states.set(id, state);
    meta.set(id, { clock: (meta.get(id)?.clock ?? 0) + 1, lastUpdated: Date.now() });
  }
  if (added.length + updated.length + removed.length === 0) return;
  for (const name of ['change', 'update']) awareness.emit(name, [{ added, updated, removed }, 'remote']);
}

/** A number for a client of the room: another one than that by which it writes, which nobody can take before it has. */
function placeOf(client_id: string, own: number): number {
  let hash = 0x811c9dc5;
  for (let unit = 0; unit < client_id.length; unit++) hash = Math.imul(hash ^ client_id.charCodeAt(unit), 0x01000193);
  const place = hash >>> 0;
  return place === own ? (place + 1) >>> 0 : place;
}
