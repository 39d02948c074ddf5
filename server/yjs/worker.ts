import { parentPort } from 'node:worker_threads';
import * as Y from 'yjs';
import { applyUpdates } from '../../shared/documents/yjs/apply.ts';
import { type Joined, parted } from './joined.ts';
import { threadName } from './threadTime.ts';

/** What the thread is given: the updates that make a document, and one more, or nothing where the document is to be compacted. */
export interface Task {
  updates: Joined;
  next?: Uint8Array;
}

/** It has begun; it has made the document; and what came of the rest, with the bytes of heap that it has taken for that. */
export type Answer = { step: 'begun'; thread: string | undefined } | { step: 'loaded' } | ({ heap: number } & Outcome);
type Outcome = { step: 'done'; compacted?: Uint8Array } | { step: 'pending' } | { step: 'failed'; message: string };

/** The thread of sandbox.ts: it makes a document for each task, and keeps none. */
parentPort?.on('message', ({ updates, next }: Task) => {
  answer({ step: 'begun', thread: threadName() });
  try {
    const doc = new Y.Doc();
    applyUpdates(doc, parted(updates));
    answer({ step: 'loaded' });
    if (next) applyUpdates(doc, [next]);
    // What Yjs has not taken was not tried: it would take it later.
    if (doc.store.pendingStructs || doc.store.pendingDs) {
      end({ step: 'pending' });
      return;
    }
    const compacted = next ? {} : { compacted: Y.encodeStateAsUpdate(doc) };
    end({ step: 'done', ...compacted });
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
