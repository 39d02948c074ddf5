import { CompactFrames } from '../../client/connection/compact.ts';
import type { CompactFrame } from '../../shared/compact.ts';
import type { ClientToServerEvents, ServerPayload, ServerToClientEvents } from '../../shared/events.ts';
import type { Observer } from './target.ts';
import type { Wire } from './wire.ts';

/** What of a room somebody reads. */
interface Hearer {
  updated(update: ServerPayload<'collaboration_update'>): void;
  moved?(cursors: ServerPayload<'cursor_moved'>): void;
}

/** Reads what a room tells, compact or not. */
export function hear(
  wire: Wire<ServerToClientEvents, ClientToServerEvents>,
  { updated, moved = () => {} }: Hearer,
  refused: Observer['refused'],
): void {
  const compact = new CompactFrames();
  wire.on('collaboration_update', updated);
  wire.on('cursor_moved', moved);
  wire.on('c', (frame) => {
    const [event, payload] = compact.read(frame as CompactFrame) ?? [];
    if (event === 'collaboration_update') updated(payload as never);
    else if (event === 'cursor_moved') moved(payload as never);
    else if (!event) refused('a frame builds on what never came');
  });
}
