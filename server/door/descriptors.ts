import { readdirSync, readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { monotonic } from '../../shared/monotonic.ts';

/** File descriptors that connections leave for all else: the store, the logs, what is asked elsewhere; of few, a quarter. */
const reserve = 64;
/** How often it is said that there are no more, in milliseconds. */
const saidEvery = 60_000;

export interface DescriptorEvents {
  /** A connection was turned away: there are as many as the limit of descriptors leaves room for. */
  onDropped(): void;
  /** The same, once a minute: what is said of it. */
  onExhausted(connections: number, limit: number): void;
}

/**
 * Takes no more connections than leave some file descriptors. Without that the last ones go to connections too: the store can
 * not be reached again then, and the system turns connections away without a word.
 */
export function keepDescriptors(http: Server, { onDropped, onExhausted }: DescriptorEvents): void {
  const limits = limitsHere();
  if (!limits) return;
  const left = limits.most - limits.open;
  http.maxConnections = Math.max(1, Math.floor(left - Math.min(reserve, left / 4)));
  let saidAt = Number.NEGATIVE_INFINITY;
  http.on('drop', () => {
    onDropped();
    if (monotonic() - saidAt < saidEvery) return;
    saidAt = monotonic();
    onExhausted(http.maxConnections, limits.most);
  });
}

/** How many descriptors the process may have, and has; undefined where that is not known or without limit. */
function limitsHere(): { most: number; open: number } | undefined {
  try {
    const most = Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]);
    return most > 0 ? { most, open: readdirSync('/proc/self/fd').length } : undefined;
  } catch {
    return undefined;
  }
}
