import { Refusal } from '../refusals.ts';
import { type BoardCommand, boardCommands } from './board/command.ts';
import {
  type BoardContent,
  change,
  child,
  contentOf,
  empty,
  find,
  isSameContent,
  nodeOf,
  showsSame,
} from './board/content.ts';
import { bytesOf, effortOf } from './board/measures.ts';
import { own, replaced } from './board/members.ts';
import { decodeNode, type Path } from './board/node.ts';
import { jsonOf } from './board/pieces.ts';
import { insertRun, present, type Run, removeRange, restoreRun } from './board/runs.ts';
import { copyingOnce } from './copies.ts';
import { defineReducer, type ReducerType } from './reducer.ts';

const type = defineReducer<BoardContent, BoardCommand>({
  name: 'board',
  create: () => empty,
  load: (stored) => contentOf(decodeNode(stored, 'board', Number.NEGATIVE_INFINITY)),
  save: nodeOf,
  commands: boardCommands,
  bytes: bytesOf,
  apply,
  undo,
  merge,
});

/** Objects, lists and texts, for boards, forms and settings: of each field, what was written last counts. */
export const board: ReducerType<BoardContent, BoardCommand> = {
  ...type,
  apply: (...args) => copyingOnce(() => type.apply(...args)),
  effort: (operation, content) => effortOf(content, operation),
  pieces: jsonOf,
};

function apply(content: BoardContent, command: BoardCommand): BoardContent {
  const { path } = command;
  switch (command.type) {
    case 'set': {
      const { node, was } = command;
      if (was !== undefined && !showsSame(find(content, path) ?? null, was)) return content;
      return node ? change(content, path, () => contentOf(node)) : remove(content, path);
    }
    case 'insert': {
      const [list, id] = ends(path);
      return change(content, list, (node) => {
        const { items } = listOf(node, list);
        if (own(items, id)) throw new Refusal('invalid_operation', `there is ${path.join('/')} already`);
        return { items: replaced(items, id, { at: command.at, node: contentOf(command.node) }) };
      });
    }
    case 'move': {
      const [list, id] = ends(path);
      const { at, was } = command;
      return change(content, list, (node) => {
        const before = listOf(node, list);
        const { items } = before;
        const item = own(items, id);
        if (!item) throw missing(path);
        if (item.at === at || (was !== undefined && item.at !== was)) return before;
        return { items: replaced(items, id, { ...item, at }) };
      });
    }
    case 'write': {
      const { after, id, from, text } = command;
      return change(content, path, (node) => ({ runs: insertRun(runsOf(node, path), after, { id, from, text }) }));
    }
    case 'erase':
      return edit(content, path, (runs) => removeRange(runs, command));
    case 'restore':
      return edit(content, path, (runs) => restoreRun(runs, command));
  }
}

function undo(content: BoardContent, command: BoardCommand): BoardCommand[] {
  const { path } = command;
  const before = find(content, path);
  switch (command.type) {
    case 'set': {
      if (isSameContent(before, command.node) || apply(content, command) === content) return [];
      const was = command.node ?? null;
      const at = before && placeOf(content, path);
      const node = before && nodeOf(before);
      if (node && at !== undefined && was === null) return [{ type: 'insert', path, at, node }];
      return [{ type: 'set', path, ...(node && { node }), was }];
    }
    case 'insert':
      return [{ type: 'set', path, was: command.node }];
    case 'move': {
      const at = placeOf(content, path);
      return at === undefined || at === command.at ? [] : [{ type: 'move', path, at, was: command.at }];
    }
    case 'write':
    case 'restore': {
      const range = { id: command.id, from: command.from, length: command.text.length };
      return [{ type: 'erase', path, ...range }];
    }
    case 'erase':
      return present(runsOf(before, path), command).map(({ id, from, text = '' }) => ({
        type: 'restore',
        path,
        id,
        from,
        text,
      }));
  }
}

function merge(first: BoardCommand, second: BoardCommand): BoardCommand | undefined {
  if (first.path.length !== second.path.length || first.path.some((name, at) => name !== second.path[at])) return;
  if (first.type === 'set' && second.type === 'set') {
    const bothThere = first.node && second.node && first.was === undefined && second.was === undefined;
    return bothThere ? second : undefined;
  }
  if (first.type === 'move' && second.type === 'move')
    return first.was === undefined && second.was === undefined ? second : undefined;
  if (first.type !== 'write' || second.type !== 'write' || first.id !== second.id) return;
  const end = first.from + first.text.length;
  const goesOn = second.from === end && second.after?.[0] === first.id && second.after[1] === end - 1;
  return goesOn && end < 4_096 ? { ...first, text: first.text + second.text } : undefined;
}

function remove(content: BoardContent, path: Path): BoardContent {
  const [parent, name] = ends(path);
  return change(content, parent, (node) => {
    if (!node || child(node, name) === undefined) throw missing(path);
    if ('fields' in node) return { fields: replaced(node.fields, name, undefined) };
    return { items: replaced(listOf(node, parent).items, name, undefined) };
  });
}

function edit(content: BoardContent, path: Path, make: (runs: readonly Run[]) => readonly Run[]): BoardContent {
  return change(content, path, (node) => {
    const before = runsOf(node, path);
    const runs = make(before);
    return node && runs === before ? node : { runs };
  });
}

function runsOf(node: BoardContent | undefined, path: Path): readonly Run[] {
  if (node && 'runs' in node) return node.runs;
  throw node ? new Refusal('invalid_operation', `${path.join('/')} is no text`) : missing(path);
}

function listOf(node: BoardContent | undefined, path: Path) {
  if (node && 'items' in node) return node;
  throw node ? new Refusal('invalid_operation', `${path.join('/')} is no list`) : missing(path);
}

/** Where an item of a list is; undefined where that is no item. */
function placeOf(content: BoardContent, path: Path): string | undefined {
  const [list, id] = ends(path);
  const node = find(content, list);
  return node && 'items' in node ? own(node.items, id)?.at : undefined;
}

function ends(path: Path): [parent: Path, name: string] {
  return [path.slice(0, -1), path.at(-1) ?? ''];
}

function missing(path: Path): Refusal {
  return new Refusal('not_found', `there is no ${path.join('/')}`);
}
