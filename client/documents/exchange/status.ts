import type { Since } from '../../../shared/events.ts';
import type { Role } from '../../../shared/rooms.ts';
import type { RefusalMessage } from '../../connection/state.ts';

/** What to ask the server before anything is sent. The answer goes to joined() or to caughtUp(). */
export type Need = { event: 'join_room'; since?: Since } | { event: 'get_operations'; since: Since };

export interface Status {
  /** Whether this shows what the room has, all of it and nothing else, as far as is known. */
  state: 'synchronized' | 'synchronizing';
  /** Whether something is not yet known to be in the log. */
  hasUnsent: boolean;
  /** Why the server did not take what is unsent. That is kept, and sent again when it may help. */
  refusal: RefusalMessage | undefined;
  /** What one may do here; undefined until the server has said so. */
  role: Role | undefined;
}
