import { useMemo } from 'react';
import type { Client } from '../index.ts';
import { useClient } from './providers.tsx';
import { type Source, useSource } from './source.ts';

/** Who of these users is online, in whatever rooms they are. The application may refuse to tell. */
export function usePresence(user_ids: readonly string[]): readonly string[] {
  const client = useClient();
  const named = JSON.stringify(user_ids);
  const watched = useMemo(() => ({ presence: presenceOf(client), user_ids: JSON.parse(named) }), [client, named]);
  return useSource(watched, onlineUsers);
}

const onlineUsers: Source<{ presence: Presence; user_ids: readonly string[] }, readonly string[]> = {
  listen: ({ presence, user_ids }, changed) => presence.watch(user_ids, changed),
  read: ({ presence, user_ids }) => user_ids.filter((user_id) => presence.online.has(user_id)),
  none: [],
};

interface Watcher {
  user_ids: readonly string[];
  changed(): void;
}

/** What all components together ask about: the server takes one list from each connection. */
class Presence {
  readonly online = new Set<string>();
  readonly #client: Client;
  readonly #watchers = new Set<Watcher>();
  #isAsking = false;

  constructor(client: Client) {
    this.#client = client;
    client.on('connected', () => this.#askSoon());
    client.on('user_online', ({ user_id }) => {
      this.online.add(user_id);
      this.#tell();
    });
    client.on('user_offline', ({ user_id }) => {
      this.online.delete(user_id);
      this.#tell();
    });
  }

  watch(user_ids: readonly string[], changed: () => void): () => void {
    const watcher = { user_ids, changed };
    this.#watchers.add(watcher);
    this.#askSoon();
    return () => {
      this.#watchers.delete(watcher);
      this.#askSoon();
    };
  }

  /** Once for all that come and go together. */
  #askSoon(): void {
    if (this.#isAsking) return;
    this.#isAsking = true;
    queueMicrotask(() => {
      this.#isAsking = false;
      const user_ids = [...new Set([...this.#watchers].flatMap((watcher) => watcher.user_ids))];
      void this.#client.ask('presence_subscribe', { user_ids }, (answer) => {
        if (!answer.ok) return;
        this.online.clear();
        for (const user_id of answer.online) this.online.add(user_id);
        this.#tell();
      });
    });
  }

  #tell(): void {
    for (const { changed } of this.#watchers) changed();
  }
}

const presences = new WeakMap<Client, Presence>();

function presenceOf(client: Client): Presence {
  const presence = presences.get(client) ?? new Presence(client);
  presences.set(client, presence);
  return presence;
}
