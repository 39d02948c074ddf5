import type { TextOperation } from '../../../shared/documents/text/operation.ts';
import type { Saved } from '../type.ts';
import type { InFlight } from './unsent.ts';

/** What is kept of a document across reloads: JSON. */
export interface SavedText extends Saved {
  /** The text that is confirmed at the revision. */
  text: string;
  in_flight?: InFlight | undefined;
  pending: TextOperation;
  /** The text of another history, of which some may yet be brought back. */
  lost?: string | undefined;
}
