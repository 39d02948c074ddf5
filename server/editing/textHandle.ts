import { append, type TextOperation, type TextPart, trimmed } from '../../shared/documents/text/operation.ts';
import { measure, pairStart } from '../../shared/documents/text/rope.ts';
import { malformed } from '../../shared/json.ts';
import { Refusal } from '../../shared/refusals.ts';
import type { RoomId } from '../../shared/rooms.ts';
import type { Stand } from '../rooms/stand.ts';
import { changeOf } from './change.ts';
import type { ReadText } from './readText.ts';
import type { Author, Writing } from './writing.ts';

/** What stands between two places of a text, in UTF-16 units as JavaScript counts, and what is to stand there. */
export interface TextEdit {
  from: number;
  to: number;
  insert: string;
}

/** What is to become of a text that was read: the whole of it anew, or edits in their order that do not overlap. */
export type Transaction = (read: ReadText) => string | TextEdit[] | Promise<string | TextEdit[]>;

/** How often a transaction is run anew where others have written too much since. */
const mostTries = 5;

/** A song, as a service writes it. Places are UTF-16 units. Each method throws a Refusal. */
export interface TextHandle {
  read(): Promise<ReadText>;
  /** `read`: the text that the place is in; without it, the one that is there. */
  insert(at: number, text: string, read?: ReadText): Promise<Stand>;
  delete(at: number, length: number, read?: ReadText): Promise<Stand>;
  replace(at: number, length: number, text: string, read?: ReadText): Promise<Stand>;
  /**
   * Changes the text as a function says that is given what was read. What others write meanwhile is kept beside it; where they
   * have written too much for that, or the room has another history, the function is asked again, five times at most.
   */
  edit(transaction: Transaction): Promise<Stand>;
}

export function createTextHandle(writing: Writing, author: Author, room_id: RoomId): TextHandle {
  const read = () => writing.read(author, room_id);

  function enter(before: ReadText, wanted: string | TextEdit[]): Promise<Stand> {
    const operation = typeof wanted === 'string' ? whole(before.text, wanted) : operationOf(before.text, wanted);
    return writing.edit(author, room_id, before, operation);
  }

  async function replace(at: number, length: number, insert: string, before?: ReadText): Promise<Stand> {
    return enter(before ?? (await read()), [{ from: at, to: at + length, insert }]);
  }

  async function edit(transaction: Transaction): Promise<Stand> {
    for (let tries = 1; ; tries += 1) {
      const before = await read();
      const wanted = await transaction(before);
      try {
        return await enter(before, wanted);
      } catch (error) {
        if (tries === mostTries || !(error instanceof Refusal) || error.error_code !== 'conflict') throw error;
      }
    }
  }

  return {
    read,
    insert: (at, text, before) => replace(at, 0, text, before),
    delete: (at, length, before) => replace(at, length, '', before),
    replace,
    edit,
  };
}

function whole(before: string, wanted: string): TextOperation {
  if (!wanted.isWellFormed()) throw malformed('text', 'no half surrogate pairs');
  return changeOf(before, wanted).operation;
}

/** Refuses `bad_request` what is malformed or cuts a pair in half, and `invalid_operation` what does not fit the text. */
function operationOf(text: string, edits: readonly TextEdit[]): TextOperation {
  const operation: TextPart[] = [];
  let done = 0;
  for (const { from, to, insert } of edits) {
    checkPlace(text, from);
    checkPlace(text, to);
    if (from < done || to < from) throw malformed('edits', 'edits in their order that do not overlap');
    if (typeof insert !== 'string' || !insert.isWellFormed())
      throw malformed('insert', 'a text without half surrogate pairs');
    append(operation, measure(text.slice(done, from)).length);
    append(operation, insert);
    append(operation, { d: measure(text.slice(from, to)).length });
    done = to;
  }
  return trimmed(operation);
}

function checkPlace(text: string, unit: number): void {
  if (!Number.isSafeInteger(unit) || unit < 0) throw malformed('place', 'a whole number of at least 0');
  if (unit > text.length)
    throw new Refusal('invalid_operation', `place ${unit} is behind the end, the text has ${text.length} units`);
  if (pairStart(text, unit) !== unit) throw malformed('place', `no half of a character, as ${unit} is`);
}
