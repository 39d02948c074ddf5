import { monotonic } from '../../shared/monotonic.ts';
import type { Document } from '../documents/document.ts';
import type { Cursors } from './cursors.ts';
import type { Snapshots } from './snapshots.ts';
import type { Writer } from './writer.ts';

/** How long nobody writes until a document that can be made compact is, in milliseconds. */
const restAfter = 10_000;
/** How much more than before it has to take for that: this part of it, and so many bytes. */
const worth = { part: 1 / 10, bytes: 4 * 1024 };

export interface RestOptions {
  document: Document;
  writer: Writer;
  cursors: Cursors;
  snapshots: Snapshots;
}

/** Where nobody has written for a while, lets go what only who writes needs, and has the document made compact. */
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
    if (!document.type.compact) return;
    cursors.advance();
    document.trim({ entries: 0, bytes: 0 });
    const bytes = document.type.bytes(document.content);
    if (document.mayShrink(Math.max(worth.bytes, worth.part * bytes))) snapshots.keepSoon();
  }
}
