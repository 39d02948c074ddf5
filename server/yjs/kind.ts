import type { Author, DocumentType, Entry, Trial } from '../../shared/documents/type.ts';
import { fromBase64 } from '../../shared/documents/yjs/base64.ts';
import {
  compacted,
  contentOf,
  mostUntried,
  renamed,
  save,
  updatesOf,
  type YjsContent,
} from '../../shared/documents/yjs/content.ts';
import { Deletions } from '../../shared/documents/yjs/deletions.ts';
import { read, type YjsOperation } from '../../shared/documents/yjs/operation.ts';
import { yjs as type } from '../../shared/documents/yjs.ts';
import { Refusal } from '../../shared/refusals.ts';
import type { Kind, KindLimits, KindRoles, Seeding } from '../kinds/kind.ts';
import { Sandbox } from './sandbox.ts';

/** How much there may be in small updates before the document is tried as a whole. */
const mostSmallParts = 2_000;
/** Bytes of updates for which compacting is not worth a while. */
const leastCompacted = 4 * 1024;

/** The small updates that follow the base of a document. */
interface Followed {
  /** Up to how many structs and spans they were tried. */
  tried: number;
  /** How many were let in since, of those that had waited for that. */
  passed: number;
  /** Resolves with whether the document passed that is being tried. */
  trying: Promise<boolean> | undefined;
}

/** What rooms of a kind of Yjs may have of their own. */
export interface YjsOptions {
  readonly roles?: KindRoles;
  readonly limits?: KindLimits;
}

/** Documents of Yjs, for `kinds` of createCollaborationServer(): `{ note: yjs() }`. */
export function yjs(options: YjsOptions = {}): Kind<YjsContent, YjsOperation> {
  const sandbox = new Sandbox();
  /** What follows a base, as far as it was tried with it. */
  const followed = new WeakMap<Uint8Array, Followed>();

  /** What Yjs may take long over: many structs at once, or many small updates, each of which may make a detour through all. */
  function vet(
    operation: YjsOperation,
    content: YjsContent,
    { role }: Author,
    trial: Trial,
  ): Promise<void> | undefined {
    if (typeof operation !== 'string' || role === 'service') return undefined;
    const { parts, onlyDeletes } = read(operation);
    const known = followed.get(content.base) ?? { tried: 0, passed: 0, trying: undefined };
    followed.set(content.base, known);
    if (parts > mostUntried) return tryIt(operation, content, trial, known);
    if (onlyDeletes || content.tailParts - known.tried <= mostSmallParts) return undefined;
    return tryOnce(operation, parts, content, trial, known);
  }

  /** One of many small updates has the document tried for all that come meanwhile. Where that is refused, the next one has. */
  async function tryOnce(
    operation: string,
    parts: number,
    content: YjsContent,
    trial: Trial,
    known: Followed,
  ): Promise<void> {
    while (known.trying) {
      const passes = await known.trying;
      if (!passes || known.passed + parts > mostSmallParts) continue;
      known.passed += parts;
      return;
    }
    const trying = tryIt(operation, content, trial, known);
    known.trying = trying.then(
      () => true,
      () => false,
    );
    try {
      await trying;
    } finally {
      known.trying = undefined;
    }
  }

  async function tryIt(operation: string, content: YjsContent, trial: Trial, known: Followed): Promise<void> {
    await sandbox.try(() => updatesOf(content), fromBase64(operation), trial);
    // Another, with more in it, may have been tried meanwhile.
    known.tried = Math.max(known.tried, content.tailParts);
    known.passed = 0;
  }

  async function compact(content: YjsContent): Promise<YjsContent> {
    if (content.tailBytes < leastCompacted) return content;
    try {
      const { base, deletions } = await sandbox.compact(content);
      return compacted(content, base, new Deletions(deletions));
    } catch (error) {
      // It goes on as it is: what makes it costlier is refused.
      if (error instanceof Refusal) return content;
      throw error;
    }
  }

  return {
    ...options,
    type: { ...type, vet, compact } satisfies DocumentType<YjsContent, YjsOperation>,
    erasure: {
      part(content, user_id) {
        const clients = [...content.clients].filter((client) => client.user_id === user_id);
        return clients.length > 0 ? { yjs_clients: clients.map(({ client }) => client) } : undefined;
      },
      without: renamed,
    },
    seed,
  };
}

/** A document as save() gave it, or a state of Yjs in base64, which then is all by one user. */
function seed(content: unknown, { user_id, client_id, now, timestamp, ...limits }: Seeding): Entry<YjsOperation>[] {
  const whole = typeof content === 'string' ? save(contentOf(fromBase64(content), user_id)) : content;
  const operation = type.decode(whole, { ...limits.limits, max_operation_bytes: 2 * limits.max_document_bytes });
  const bytes = type.bytes(read(operation).after(type.create(), user_id));
  if (bytes > limits.max_document_bytes)
    throw new Refusal('too_large', `the document has ${bytes} bytes, the limit is ${limits.max_document_bytes}`);
  return [{ operation, client_id, user_id, timestamp: Math.min(timestamp ?? now, now) }];
}
