import { useMemo, useRef } from 'react';
import type { SharedBoard } from '../board.ts';
import type { Documents, ShownCursor } from '../index.ts';
import { useProvidedRoom } from './providers.tsx';
import { type Source, useSource } from './source.ts';

/** What is selected of a board, and what one does with it. */
export interface BoardView<Value, Selected> {
  /** undefined on a server and until it is there. */
  readonly board: SharedBoard<Value> | undefined;
  readonly selected: Selected | undefined;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
}

/**
 * A room's board: `useBoard(plans, (plan) => plan.title)`. It renders again when what is selected is another, and nothing else of the
 * board. A part that has not changed is the same object as before.
 */
export function useBoard<Value, Selected = Value>(
  documents: Documents<SharedBoard<Value>>,
  select?: (value: Value) => Selected,
): BoardView<Value, Selected> {
  const board = useProvidedRoom()?.document(documents);
  const selecting = useRef(select);
  selecting.current = select;
  const source = useMemo<Source<SharedBoard<Value>, Omit<BoardView<Value, Selected>, 'board'>>>(
    () => ({
      listen: (from, changed) => from.on('change', changed),
      read: (from) => ({
        selected: selecting.current ? selecting.current(from.value) : (from.value as unknown as Selected),
        canUndo: from.canUndo,
        canRedo: from.canRedo,
      }),
      none: { selected: undefined, canUndo: false, canRedo: false },
    }),
    [],
  );
  const view = useSource(board, source);
  return useMemo(() => ({ ...view, board }), [view, board]);
}

/** What others point at or have selected: a position is what they gave `room.setCursor()`. */
export function useSelections<Position>(): readonly ShownCursor<Position>[] {
  const room = useProvidedRoom();
  const cursors = useSource(room, selections);
  return cursors as readonly ShownCursor<never>[];
}

const selections: Source<NonNullable<ReturnType<typeof useProvidedRoom>>, readonly ShownCursor<unknown>[]> = {
  listen: (room, changed) => room.on('cursors', changed),
  read: (room) => room.cursors,
  none: [],
};
