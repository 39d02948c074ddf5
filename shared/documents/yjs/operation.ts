import { Refusal } from '../../refusals.ts';
import type { Author } from '../type.ts';
import { fromBase64, toBase64 } from './base64.ts';
import { checkUpdate } from './check.ts';
import { checkContent, load, type SavedYjs, withUpdate, type YjsContent } from './content.ts';
import { broken } from './reader.ts';
import { readUpdate } from './update.ts';

/** An update (version 1) in base64; or a whole document, with which only a service may begin a room. */
export type YjsOperation = string | SavedYjs;

/** What an operation says. */
export interface Read {
  readonly operation: YjsOperation;
  /** How many structs and deletions. */
  readonly parts: number;
  /** Whether it deletes, and does nothing else. */
  readonly onlyDeletes: boolean;
  /** Refuses it where it does not fit. */
  check(content: YjsContent, author: Author): void;
  after(content: YjsContent, user_id: string): YjsContent;
}

/** What was read last: an operation is decoded, checked and applied, often one right after the other. */
let last: Read | undefined;

/** Refuses `bad_request` what is no operation. */
export function read(operation: YjsOperation): Read {
  if (last?.operation === operation) return last;
  last = typeof operation === 'string' ? readOne(operation) : readWhole(operation);
  return last;
}

function readOne(operation: string): Read {
  const bytes = fromBase64(operation);
  if (toBase64(bytes) !== operation) throw broken('it is not base64');
  const update = readUpdate(bytes);
  const { parts, runs } = update;
  if (parts === 0) throw broken('it says nothing');
  return {
    operation,
    parts,
    onlyDeletes: runs.length === 0,
    check: ({ clients }, author) => checkUpdate(update, clients, author),
    after: (content, user_id) => withUpdate(content, operation, update, user_id),
  };
}

function readWhole(operation: SavedYjs): Read {
  const whole = loaded(operation);
  return {
    operation,
    parts: checkContent(whole),
    onlyDeletes: false,
    check({ clients }) {
      if (clients.size === 0) return;
      throw new Refusal('invalid_operation', 'a whole document can only be the beginning of one');
    },
    after: () => whole,
  };
}

function loaded(operation: SavedYjs): YjsContent {
  try {
    return load(operation);
  } catch (error) {
    throw error instanceof Refusal ? error : broken(String(error));
  }
}
