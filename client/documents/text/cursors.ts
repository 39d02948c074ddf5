import type { TextOperation } from '../../../shared/documents/text/operation.ts';
import type { TextPosition } from '../../../shared/documents/text.ts';
import { transformPosition } from '../../../shared/documents/text.ts';
import type { Cursor } from '../../../shared/events.ts';

/** How many entries are kept, for cursors that come later than the text they refer to. */
const mostRecent = 200;

/** Someone's cursor: in a text, or where else a position is something. */
export interface ShownCursor<Position = TextPosition> {
  user_id: string;
  client_id: string;
  position: Position;
}

/** The cursors of others. Each refers to a revision, may come before or after it, and moves with the confirmed text. */
export class Cursors {
  readonly #shown = new Map<string, ShownCursor>();
  /** Those that refer to a revision that is still to come. */
  #early: Cursor[] = [];
  /** The newest entries; the last one made `#revision`. */
  #recent: { operation: TextOperation; client_id: string }[] = [];
  #revision = 0;
  readonly #own: string;

  /** `own` is the client whose cursor is not another's. */
  constructor(own: string) {
    this.#own = own;
  }

  get shown(): ShownCursor[] {
    return [...this.#shown.values()];
  }

  moved(cursors: readonly Cursor[]): void {
    for (const cursor of cursors) {
      const { client_id, user_id } = cursor;
      if (client_id === this.#own) continue;
      const position = this.#locate(cursor);
      this.#early = this.#early.filter((early) => early.client_id !== client_id);
      if (position === undefined) this.#early.push(cursor);
      else if (position === null) this.#shown.delete(client_id);
      else this.#shown.set(client_id, { user_id, client_id, position });
    }
  }

  /** Where a cursor is in the confirmed text; undefined where it refers to a revision that is still to come. */
  #locate({ client_id, position, revision = this.#revision }: Cursor): TextPosition | undefined {
    if (position === null) return null;
    if (revision > this.#revision) return undefined;
    const later = revision === this.#revision ? [] : this.#recent.slice(revision - this.#revision);
    return later.reduce<TextPosition>(
      (at, entry) => transformPosition(at, entry.operation, entry.client_id === client_id),
      position as TextPosition,
    );
  }

  /** What the next entry does to the confirmed text. */
  advance(operation: TextOperation, client_id: string): void {
    this.#revision += 1;
    this.#recent.push({ operation, client_id });
    if (this.#recent.length > 2 * mostRecent) this.#recent = this.#recent.slice(-mostRecent);
    for (const cursor of this.#shown.values()) {
      cursor.position = transformPosition(cursor.position, operation, cursor.client_id === client_id);
    }
    if (this.#early.length > 0) this.moved(this.#early);
  }

  /** All that are shown, told afresh at a revision. */
  reset(revision: number, cursors: readonly Cursor[]): void {
    this.#revision = revision;
    this.#recent = [];
    this.#early = [];
    this.#shown.clear();
    this.moved(cursors);
  }
}
