import { fields, malformed, number, oneOf, type Reader, text } from '../../json.ts';
import type { CommandOf } from '../commands.ts';
import { decodeName, decodeNode, decodePath } from './node.ts';
import { decodeKey } from './order.ts';
import type { Point } from './runs.ts';

/** Characters of one insertion. */
const longest = 65_536;
const index = number(0, Number.MAX_SAFE_INTEGER);
const range = { id: decodeName, from: whole(0), length: whole(1) };

/**
 * How commands of each type are read. `was` is what a command expects to find where it takes something back: where there is something
 * else it does nothing, as others have been there since. Without `node`, `set` takes away.
 */
export const boardCommands = {
  set: fields({ type: oneOf('set'), path: decodePath }, { node: decodeNode, was: absentOr(decodeNode) }),
  insert: fields({ type: oneOf('insert'), path: decodePath, at: decodeKey, node: decodeNode }),
  move: fields({ type: oneOf('move'), path: decodePath, at: decodeKey }, { was: decodeKey }),
  write: fields({
    type: oneOf('write'),
    path: decodePath,
    after: decodePoint,
    id: decodeName,
    from: whole(0),
    text: text(1, longest),
  }),
  erase: fields({ type: oneOf('erase'), path: decodePath, ...range }),
  restore: fields({ type: oneOf('restore'), path: decodePath, id: decodeName, from: whole(0), text: text(1, longest) }),
};

export type BoardCommand = CommandOf<typeof boardCommands>;

function whole(least: number): Reader<number> {
  return (raw, field) => {
    const read = index(raw, field);
    if (!Number.isInteger(read) || read < least) throw malformed(field, `a whole number from ${least}`);
    return read;
  };
}

function decodePoint(raw: unknown, field: string): Point | null {
  if (raw === null) return null;
  if (!Array.isArray(raw)) throw malformed(field, 'an id and an index, or null');
  return [decodeName(raw[0], field), whole(0)(raw[1], field)];
}

/** `null` where nothing is expected. */
function absentOr<Value>(read: Reader<Value>): Reader<Value | null> {
  return (raw, field) => (raw === null ? null : read(raw, field));
}
