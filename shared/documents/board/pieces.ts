import { type BoardContent, type HeldItem, nodeOf } from './content.ts';
import { bytesOf } from './measures.ts';
import { entriesOf, type Members } from './members.ts';

/** About how many characters a piece has. */
const large = 32 * 1024;

/** The JSON of the node that a content is, in pieces: no part of it is made before its piece is asked for. */
export function* jsonOf(content: BoardContent): Generator<string> {
  if ('fields' in content && isLarge(content)) yield* membersOf('{"fields":{', content.fields, nodeIn);
  else if ('items' in content && isLarge(content)) yield* membersOf('{"items":{', content.items, itemIn);
  else yield JSON.stringify(nodeOf(content));
}

function* membersOf<Value>(
  begin: string,
  members: Members<Value>,
  partsOf: (value: Value) => { before: string; node: BoardContent; after: string },
): Generator<string> {
  let text = begin;
  let comma = '';
  for (const [name, value] of entriesOf(members)) {
    const { before, node, after } = partsOf(value);
    text += `${comma}${JSON.stringify(name)}:${before}`;
    comma = ',';
    if (isLarge(node)) {
      yield text;
      yield* jsonOf(node);
      text = after;
    } else text += JSON.stringify(nodeOf(node)) + after;
    if (text.length < large) continue;
    yield text;
    text = '';
  }
  yield `${text}}}`;
}

function nodeIn(node: BoardContent) {
  return { before: '', node, after: '' };
}

function itemIn({ at, node }: HeldItem) {
  return { before: `{"at":${JSON.stringify(at)},"node":`, node, after: '}' };
}

function isLarge(node: BoardContent): boolean {
  return bytesOf(node) > large;
}
