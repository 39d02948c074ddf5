import { Refusal } from '../refusals.ts';
import { headOf } from './commands.ts';
import type { DocumentType, OperationLimits } from './type.ts';
import { bytesOf, empty, load, save, type YjsContent } from './yjs/content.ts';
import { read, type YjsOperation } from './yjs/operation.ts';
import { broken } from './yjs/reader.ts';

/**
 * A document of Yjs. An update is the next of its author's: it has no gap, and all is here that it builds on. Content is
 * bytes: no Y.Doc is made on the server.
 */
export const yjs = {
  name: 'yjs',
  // Nothing is transformed: they are there for who was away for a moment.
  keeps: { entries: 200, bytes: 128 * 1024 },
  patient: true,
  create: () => empty,
  load,
  save,
  bytes: bytesOf,
  weight: (operation) => (typeof operation === 'string' ? operation.length : operation.base.length) + 32,
  parts: (operation) => read(operation).parts,
  decode,
  roleFor: (operation) => (typeof operation === 'string' ? 'editor' : 'service'),
  check: (operation, base, author) => read(operation).check(headOf(base), author),
  apply: (content, { operation, user_id }) => read(operation).after(content, user_id),
  frees: (operation) => read(operation).onlyDeletes,
} satisfies DocumentType<YjsContent, YjsOperation>;

function decode(raw: unknown, { max_operation_bytes }: OperationLimits): YjsOperation {
  const { length } = typeof raw === 'string' ? raw : JSON.stringify(raw ?? null);
  if (length > (4 / 3) * max_operation_bytes + 4)
    throw new Refusal('too_large', `operation: more than ${max_operation_bytes} bytes, which is the limit`);
  if (typeof raw !== 'string' && (typeof raw !== 'object' || raw === null)) throw broken('it is no text');
  return read(raw as YjsOperation).operation;
}
