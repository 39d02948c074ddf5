import { sizeOf } from '../../json.ts';
import { knownSize } from '../commands.ts';
import type { BoardCommand } from './command.ts';
import { type BoardNode, child } from './node.ts';

/** What is known of nodes that are never changed, as long as they are somewhere in memory. */
const widths = new WeakMap<BoardNode, number>();

/** Bytes of a node as JSON besides its value. */
const valueBytes = sizeOf({ value: '' }) - sizeOf('');

/** Bytes of a node as JSON: of what a command has left as it is they are known. */
export function bytesOf(node: BoardNode): number {
  // Most are small: what would be kept of tens of thousands takes longer to find than to count.
  if ('value' in node && typeof node.value !== 'object') return valueBytes + sizeOf(node.value);
  return knownSize(node, count);
}

function count(node: BoardNode): number {
  if ('fields' in node) {
    let bytes = sizeOf({ fields: {} });
    for (const name in node.fields) bytes += sizeOf(name) + 2 + bytesOf(node.fields[name] as BoardNode);
    return bytes;
  }
  if (!('items' in node)) return sizeOf(node);
  let bytes = sizeOf({ items: {} });
  for (const id in node.items) {
    const { at, node: item } = node.items[id] as (typeof node.items)[string];
    bytes += sizeOf(id) + 2 + sizeOf({ at, node: {} }) - 2 + bytesOf(item);
  }
  return bytes;
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
export function effortOf(content: BoardNode, commands: readonly BoardCommand[]): number {
  const changed = new Set<BoardNode>();
  let effort = 0;
  for (const { path } of commands) {
    let node: BoardNode | undefined = content;
    for (let level = 0; node; level++) {
      if (!changed.has(node)) effort += copying * widthOf(node);
      if ('runs' in node) effort += node.runs.length + commands.length;
      changed.add(node);
      const name: string | undefined = path[level];
      node = name === undefined ? undefined : child(node, name);
    }
  }
  return effort;
}

function widthOf(node: BoardNode): number {
  const known = widths.get(node);
  if (known !== undefined) return known;
  const width =
    'runs' in node
      ? node.runs.length
      : Object.keys('fields' in node ? node.fields : 'items' in node ? node.items : []).length;
  widths.set(node, width);
  return width;
}
