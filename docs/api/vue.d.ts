/** The public face of `tutti/vue`, as tsc declares it: written by `npm run docs`, to be read in a diff. */
import type { Client, ConnectionState, Room, RoomStateInfo, ShownCursor } from 'tutti/client';
import type { Participant } from 'tutti/shared';
import type { MaybeRefOrGetter, ObjectDirective, ShallowRef } from 'vue';
export { useConnection, useRoom, vSong };
export type { RoomView };

interface RoomView extends RoomStateInfo {
  readonly room: Room | undefined;
  readonly text: string;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  readonly hasUnsent: boolean;
  readonly participants: readonly Participant[];
  readonly cursors: readonly ShownCursor[];
  readonly typing: readonly string[];
}

declare function useConnection(client: Client): Readonly<ShallowRef<ConnectionState>>;

declare function useRoom(client: Client, id: MaybeRefOrGetter<string>): Readonly<ShallowRef<RoomView>>;

declare const vSong: ObjectDirective<Input, Room | undefined>;

// Not exported, but mentioned above.

type Input = HTMLInputElement | HTMLTextAreaElement;
