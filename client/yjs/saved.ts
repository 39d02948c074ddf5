import type { Span } from '../../shared/documents/yjs/update.ts';
import type { Saved } from '../documents/type.ts';

/** A document as it outlives the page: as it was once, and what came since. Bytes are base64. */
export interface SavedDoc extends Saved {
  /** The same object until there is another one: it is stored once. */
  base: SavedBase;
  more: readonly Change[];
}

export interface SavedBase {
  /** All of the document, as one update. */
  state: string;
  /** How far the log has each Yjs client, and whose they are, by their place in `users`. */
  clients: string;
  users: string[];
  /** What was deleted, and the log is not known to have. */
  deletes: Span[];
  /** Who deleted what, as far as the log has it; missing in what was kept before that was known. */
  deletions?: string;
}

/** An update. With a user it is in the log; else it was made here. */
export interface Change {
  update: string;
  user_id?: string;
}
