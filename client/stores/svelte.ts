/** Svelte: `tutti/svelte`. */
import { type Readable, readable } from 'svelte/store';
import { bindTextarea } from '../bindings/textarea.ts';
import type { Client, ConnectionState, Room } from '../index.ts';
import { follow, noRoom, type RoomView } from './view.ts';

export type { RoomView };

/** A room, `song:42` or `42` for short, that one takes part in while something subscribes. Several for one room share it. */
export function roomStore(client: Client, id: string): Readable<RoomView> {
  return readable(noRoom, (set) => (isPage ? follow(client.room(id), set) : undefined));
}

/** The connection at a glance. */
export function connectionStore(client: Client): Readable<ConnectionState> {
  return readable(client.state, (set) => {
    set(client.state);
    return client.on('state', set);
  });
}

/** Where a page is made on a server it shows no room. */
const isPage = 'document' in globalThis;

/** The song in an input: `<textarea use:song={$view.room}></textarea>`, where `const view = roomStore(client, 'song:42')`. */
export function song(element: HTMLInputElement | HTMLTextAreaElement, room: Room | undefined) {
  let shown = room;
  let end = room && bindTextarea(element, room);
  return {
    update(next: Room | undefined): void {
      if (next === shown) return;
      end?.();
      shown = next;
      end = next && bindTextarea(element, next);
    },
    destroy: () => end?.(),
  };
}
