import type { Participant, Room, RoomStateInfo, ShownCursor } from '../index.ts';
import { hold } from './hold.ts';

/** A room with its song as templates show it: another object after each change. */
export interface RoomView extends RoomStateInfo {
  /** For what one does with it; undefined on a server and until it is there, which it is before anybody can click. */
  readonly room: Room | undefined;
  /** The song. */
  readonly text: string;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  /** Whether something that was typed is not yet known to be stored. */
  readonly hasUnsent: boolean;
  /** Who is here, oneself included; the first 200. */
  readonly participants: readonly Participant[];
  /** The cursors of others, in UTF-16 units. */
  readonly cursors: readonly ShownCursor[];
  /** The `user_id` of who else types. */
  readonly typing: readonly string[];
}

export const noRoom: RoomView = {
  room: undefined,
  status: 'joining',
  role: undefined,
  refusal: undefined,
  reason: undefined,
  kept: true,
  text: '',
  canUndo: false,
  canRedo: false,
  hasUnsent: false,
  participants: [],
  cursors: [],
  typing: [],
};

/** Takes part in a room and shows it, now and after each change, until what it returns is called. */
export function follow(room: Room, show: (view: RoomView) => void): () => void {
  const changed = () => show(viewOf(room));
  const document = room.document();
  const stops = [
    document.on('change', changed),
    document.on('status', changed),
    ...(['state', 'participants', 'cursors', 'typing'] as const).map((event) => room.on(event, changed)),
    hold(room, () => room.leave()),
  ];
  changed();
  return () => {
    for (const stop of stops) stop();
  };
}

/** A text is put together when it is read: most changes are of cursors. */
function viewOf(room: Room): RoomView {
  const { state, participants, cursors, typing, hasUnsent } = room;
  return {
    ...noRoom,
    ...state,
    ...{ room, participants, cursors, typing, hasUnsent },
    ...(isSong(room) && { canUndo: room.text.canUndo, canRedo: room.text.canRedo }),
    get text() {
      return isSong(room) ? room.text.text : '';
    },
  };
}

function isSong(room: Room): boolean {
  return room.document().name === 'text';
}
