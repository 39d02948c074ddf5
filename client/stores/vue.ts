/** Vue 3: `tutti/vue`. */
import {
  type MaybeRefOrGetter,
  type ObjectDirective,
  type ShallowRef,
  shallowRef,
  toValue,
  watchPostEffect,
} from 'vue';
import { bindTextarea } from '../bindings/textarea.ts';
import type { Client, ConnectionState, Room } from '../index.ts';
import { follow, noRoom, type RoomView } from './view.ts';

export type { RoomView };

/** A room, `song:42` or `42` for short, that one takes part in while the component is there. Several for one room share it. */
export function useRoom(client: Client, id: MaybeRefOrGetter<string>): Readonly<ShallowRef<RoomView>> {
  const view = shallowRef(noRoom);
  // After the component is mounted: never on a server.
  watchPostEffect((onCleanup) => {
    onCleanup(follow(client.room(toValue(id)), (now) => (view.value = now)));
  });
  return view;
}

/** The connection at a glance. */
export function useConnection(client: Client): Readonly<ShallowRef<ConnectionState>> {
  const state = shallowRef(client.state);
  watchPostEffect((onCleanup) => {
    state.value = client.state;
    onCleanup(client.on('state', (now) => (state.value = now)));
  });
  return state;
}

const bound = new WeakMap<Input, () => void>();
type Input = HTMLInputElement | HTMLTextAreaElement;

/** The song in an input: `<textarea v-song="view.room" />`, where `const view = useRoom(client, 'song:42')`. */
export const vSong: ObjectDirective<Input, Room | undefined> = {
  mounted: (element, { value }) => value && bound.set(element, bindTextarea(element, value)),
  updated(element, { value, oldValue }) {
    if (value === oldValue) return;
    bound.get(element)?.();
    if (value) bound.set(element, bindTextarea(element, value));
  },
  unmounted: (element) => bound.get(element)?.(),
};
