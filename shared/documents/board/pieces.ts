import { quoted } from '../../json.ts';
import { large } from '../largeJson.ts';
import { type BoardContent, type HeldItem, nodeOf } from './content.ts';
import { bytesOf } from './measures.ts';
import { entriesOf, type Members } from './members.ts';

/** The JSON of the node that a content is, in pieces: no part of it is made before its piece is asked for. */
export function* jsonOf(content: BoardContent): Generator<string> {
  if ('fields' in content && isLarge(content)) yield* membersOf('{"fields":{', content.fields, nodeIn);
  else if ('items' in content && isLarge(content)) yield* membersOf('{"items":{', content.items, itemIn);
  else yield textOf(content);
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
    text += `${comma}${quoted(name)}:${before}`;
    comma = ',';
    if (isLarge(node)) {
      yield text;
      yield* jsonOf(node);
      text = after;
    } else text += textOf(node) + after;
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
  return { before: `{"at":${quoted(at)},"node":`, node, after: '}' };
}

/** Of a small node, in one piece. Most are values. */
function textOf(node: BoardContent): string {
  if (!('value' in node) || typeof node.value === 'object') return JSON.stringify(nodeOf(node));
  return `{"value":${typeof node.value === 'string' ? quoted(node.value) : node.value}}`;
}

function isLarge(node: BoardContent): boolean {
  return bytesOf(node) > large;
}
