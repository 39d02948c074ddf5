import { monotonic } from '../../shared/monotonic.ts';
import type { Document } from '../documents/document.ts';
import type { Cursors } from './cursors.ts';
import type { Snapshots } from './snapshots.ts';
import type { Writer } from './writer.ts';

/** How long nobody writes until a room is at rest, in milliseconds. */
const restAfter = 10_000;
/** What stays of its entries then, for who was away for a moment: the log has all. */
const rested = { entries: 50, bytes: 16 * 1024 };
/** How much more than before it has to take for that: this part of it, and so many bytes. */
const worth = { part: 1 / 10, bytes: 4 * 1024 };

export interface RestOptions {
  document: Document;
  writer: Writer;
  cursors: Cursors;
  snapshots: Snapshots;
}

/** Where nobody has written for a while, lets go what only who writes needs, and has the document made compact if it can be. */
export class Rest {
  readonly #options: RestOptions;
  /** Since when nobody has written, by monotonic(); undefined once it is at rest. */
  #since: number | undefined = monotonic();

  constructor(options: RestOptions) {
    this.#options = options;
  }

  wrote(): void {
    this.#since = monotonic();
  }

  /** Called now and then. */
  tick(): void {
    const { document, writer, cursors, snapshots } = this.#options;
    if (this.#since === undefined || monotonic() - this.#since <= restAfter || writer.needsOld) return;
    this.#since = undefined;
    cursors.advance();
    document.trim(document.type.compact ? { entries: 0, bytes: 0 } : rested);
    if (!document.type.compact) return;
    const bytes = document.type.bytes(document.content);
    if (document.mayShrink(Math.max(worth.bytes, worth.part * bytes))) snapshots.keepSoon();
  }
}
