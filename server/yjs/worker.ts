import { parentPort } from 'node:worker_threads';
import * as Y from 'yjs';
import { applyUpdates } from '../../shared/documents/yjs/apply.ts';
import { withDeleted } from '../../shared/documents/yjs/content.ts';
import { Deletions, type PackedDeletions } from '../../shared/documents/yjs/deletions.ts';
import { type Joined, parted } from './joined.ts';
import { threadName } from './threadTime.ts';

/** What the thread is given: the updates that make a document, and one more; or, where it is to be compacted, whose updates those are. */
export interface Task {
  updates: Joined;
  work: { next: Uint8Array } | { authors: readonly string[]; deletions: PackedDeletions };
}

/** A document as one update, and who deleted what in it. */
export interface Compacted {
  base: Uint8Array;
  deletions: PackedDeletions;
}

/** It has begun; it has made the document; and what came of the rest, with the bytes of heap that it has taken for that. */
export type Answer = { step: 'begun'; thread: string | undefined } | { step: 'loaded' } | ({ heap: number } & Outcome);
type Outcome = { step: 'done'; compacted?: Compacted } | { step: 'pending' } | { step: 'failed'; message: string };

/** The thread of sandbox.ts: it makes a document for each task, and keeps none. */
parentPort?.on('message', ({ updates: joined, work }: Task) => {
  answer({ step: 'begun', thread: threadName() });
  try {
    const doc = new Y.Doc();
    const updates = parted(joined);
    applyUpdates(doc, updates);
    answer({ step: 'loaded' });
    if ('next' in work) applyUpdates(doc, [work.next]);
    // What Yjs has not taken was not tried: it would take it later.
    if (doc.store.pendingStructs || doc.store.pendingDs) {
      end({ step: 'pending' });
      return;
    }
    if ('next' in work) {
      end({ step: 'done' });
      return;
    }
    const { packed } = withDeleted(new Deletions(work.deletions), updates, work.authors);
    end({ step: 'done', compacted: { base: Y.encodeStateAsUpdate(doc), deletions: packed } });
  } catch (error) {
    end({ step: 'failed', message: String(error) });
  }
});

function end(outcome: Outcome): void {
  answer({ ...outcome, heap: process.memoryUsage().heapTotal });
}

function answer(answer: Answer): void {
  parentPort?.postMessage(answer);
}
