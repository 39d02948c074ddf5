/** The public face of `tutti/svelte`, as tsc declares it: written by `npm run docs`, to be read in a diff. */
import type { Readable } from 'svelte/store';
import type { Client, ConnectionState, Room } from 'tutti/client';
import type { RoomView } from 'tutti/vue';
export { connectionStore, roomStore, song };
export type { RoomView } from 'tutti/vue';

declare function connectionStore(client: Client): Readable<ConnectionState>;

declare function roomStore(client: Client, id: string): Readable<RoomView>;

declare function song(
  element: HTMLInputElement | HTMLTextAreaElement,
  room: Room | undefined,
): {
  update(next: Room | undefined): void;
  destroy: () => void | undefined;
};
