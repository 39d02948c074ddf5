import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import type { ConnectionState } from '../../index.ts';
import { useConnection, useRoom } from '../../react/index.ts';
import { usePlace } from '../place.ts';

/** How long the page waits for that before it goes on without, in milliseconds: one may write before one is let in. */
const patience = 2_000;

/** Whether it is known what the visitor may do here, or will not be soon: what is shown from then on need not move. */
export function useSettled(): boolean {
  const isIn = useRoom().role !== undefined;
  const isGone = isAway(useConnection());
  const [isDue, setDue] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setDue(true), isIn || isGone ? 0 : patience);
    return () => clearTimeout(timer);
  }, [isIn, isGone]);
  return isIn || isDue;
}

/** Whether there is no connection, and not only none yet. */
export function isAway({ status, refusal }: ConnectionState): boolean {
  return status === 'reconnecting' || status === 'disconnected' || (status === 'connecting' && refusal !== undefined);
}

/** Whether what the room has is here, by the server or from this device: before that, nothing can take its place. */
export function useArrived(): boolean {
  const { room } = usePlace();
  const listen = useCallback(
    (changed: () => void) => {
      const stops = [room.on('state', changed), room.document().on('change', changed)];
      return () => {
        for (const stop of stops) stop();
      };
    },
    [room],
  );
  return useSyncExternalStore(listen, () => room.role !== undefined || room.document().since.epoch !== '');
}
