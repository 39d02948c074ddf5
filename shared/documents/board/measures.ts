import { sizeOf } from '../../json.ts';
import { knownSize } from '../commands.ts';
import type { BoardCommand } from './command.ts';
import { type BoardContent, child, type HeldItem } from './content.ts';
import { LayeredMap } from './layered.ts';
import { countOf, type Members } from './members.ts';

/** Bytes of a node as JSON besides its value. */
const valueBytes = sizeOf({ value: '' }) - sizeOf('');
const [fieldsBytes, itemsBytes] = [sizeOf({ fields: {} }), sizeOf({ items: {} })];
/** Bytes of an item besides its place and its node. */
const itemBytes = sizeOf({ at: '', node: {} }) - sizeOf('') - sizeOf({});

/** Bytes of a node as JSON: of what a command has left as it is they are known. */
export function bytesOf(node: BoardContent): number {
  // Most are small: what would be kept of tens of thousands takes longer to find than to count.
  if ('value' in node && typeof node.value !== 'object') return valueBytes + sizeOf(node.value);
  return knownSize(node, count);
}

function count(node: BoardContent): number {
  if ('fields' in node) return fieldsBytes + sumOf(node.fields, bytesOfField);
  if ('items' in node) return itemsBytes + sumOf(node.items, bytesOfItem);
  return sizeOf(node);
}

function bytesOfField(node: BoardContent, name: string): number {
  return sizeOf(name) + 2 + bytesOf(node);
}

function bytesOfItem({ at, node }: HeldItem, id: string): number {
  return sizeOf(id) + 2 + itemBytes + sizeOf(at) + bytesOf(node);
}

function sumOf<Value>(members: Members<Value>, measure: (value: Value, name: string) => number): number {
  if (members instanceof LayeredMap) return members.sum(measure);
  let sum = 0;
  for (const name in members) sum += measure(members[name] as Value, name);
  return sum;
}

/**
 * Copying a field, an item or a run, and counting its bytes anew, is paid as looking at so many runs. It takes some ten, but in a
 * room of a board of 5,000 fields a hundred operations a second are to be possible.
 */
const copying = 3;

/**
 * How many fields, items and runs are gone through or copied for commands of one operation: what several of them change
 * once, a text for each that writes in it besides.
 */
export function effortOf(content: BoardContent, commands: readonly BoardCommand[]): number {
  const changed = new Set<BoardContent>();
  const takesAway = commands.some((command) => command.type === 'set' && !command.node);
  const copied = (members: Members<unknown>) =>
    members instanceof LayeredMap && !takesAway ? members.copying : countOf(members);
  let effort = 0;
  for (const { path } of commands) {
    let node: BoardContent | undefined = content;
    for (let level = 0; node && !('value' in node); level++) {
      if ('runs' in node) effort += node.runs.length + commands.length;
      if (!changed.has(node)) {
        if ('fields' in node) effort += copying * copied(node.fields);
        else if ('items' in node) effort += copying * copied(node.items);
        else if ('runs' in node) effort += copying * node.runs.length;
      }
      changed.add(node);
      const name: string | undefined = path[level];
      node = name === undefined ? undefined : child(node, name);
    }
  }
  return effort;
}
