import type { Participant, ServerPayload } from '../../shared/events.ts';
import type { Role } from '../../shared/rooms.ts';
import type { RefusalMessage } from '../connection/state.ts';
import type { ShownCursor } from '../documents/text.ts';

/**
 * `joining`: not yet, or not at the moment, in the room; it goes on by itself. `removed`: sent away, or not let in, and
 * `refusal` or `reason` says why; rejoin() tries again. `left`: by leave().
 */
export type RoomStatus = 'joining' | 'joined' | 'removed' | 'left';

export interface RoomStateInfo {
  readonly status: RoomStatus;
  readonly role: Role | undefined;
  readonly refusal: RefusalMessage | undefined;
  readonly reason: ServerPayload<'room_removed'>['reason'] | undefined;
  /** Whether what is unsent outlives the page, as far as is known. */
  readonly kept: boolean;
}

export interface RoomEvents {
  state: RoomStateInfo;
  participants: readonly Participant[];
  /** The cursors of others, where they are now. */
  cursors: readonly ShownCursor[];
  /** The user_ids of who types now. */
  typing: readonly string[];
  message: ServerPayload<'room_message'>;
  /** Whether something is not yet known to be in the log. */
  unsent: boolean;
}
