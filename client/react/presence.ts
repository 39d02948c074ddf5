import { useMemo } from 'react';
import type { Presence } from '../index.ts';
import { useClient } from './providers.tsx';
import { type Source, useSource } from './source.ts';

/** Who of these users is online, in whatever rooms they are. All components together may name 200. */
export function usePresence(user_ids: readonly string[]): readonly string[] {
  const { presence } = useClient();
  const named = JSON.stringify(user_ids);
  const watched = useMemo(() => ({ presence, user_ids: JSON.parse(named) as string[] }), [presence, named]);
  return useSource(watched, onlineUsers);
}

const onlineUsers: Source<{ presence: Presence; user_ids: readonly string[] }, readonly string[]> = {
  listen({ presence, user_ids }, changed) {
    const stops = [presence.on('change', changed), watch(presence, user_ids)];
    return () => {
      for (const stop of stops) stop();
    };
  },
  read: ({ presence, user_ids }) => user_ids.filter((user_id) => presence.online.includes(user_id)),
  none: [],
};

/** What each component asks about: the server takes one list from a connection. */
const asked = new WeakMap<Presence, Set<readonly string[]>>();

function watch(presence: Presence, user_ids: readonly string[]): () => void {
  const lists = asked.get(presence) ?? new Set();
  asked.set(presence, lists.add(user_ids));
  askSoon();
  return () => {
    lists.delete(user_ids);
    askSoon();
  };

  /** Once for all that come and go together: who is the last knows all of them. */
  function askSoon(): void {
    const now = [...lists];
    queueMicrotask(() => {
      const isLast = now.length === lists.size && now.every((list) => lists.has(list));
      // Without a connection it is asked as soon as there is one; where it is refused, nobody is online.
      if (isLast) presence.watch([...new Set(now.flat())]).catch(() => {});
    });
  }
}
