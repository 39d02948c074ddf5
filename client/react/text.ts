import { type RefCallback, useLayoutEffect, useMemo, useState } from 'react';
import { bindTextarea } from '../bindings/textarea.ts';
import type { SharedBoard } from '../board.ts';
import type { Documents, EditableText } from '../index.ts';
import { useRoom } from './room.ts';
import { type Source, useSource } from './source.ts';

type Element = HTMLInputElement | HTMLTextAreaElement;

/** What an <input> or a <textarea> takes to show and write the room's text. */
export interface TextInputProps {
  readonly ref: RefCallback<Element>;
  readonly value: string;
  readonly readOnly: boolean;
  onChange(): void;
}

/**
 * The room's text for an input: `<textarea {...useText()} />`. It keeps the caret where it stands while others write,
 * cuts no emoji in half, and undoes one's own edits only.
 */
export function useText(): TextInputProps {
  return useBound(undefined);
}

/** The same for a text of the room's board: `<input {...useBoardText(plans, ['note'])} />`. What is selected there is the application's to tell. */
export function useBoardText<Value>(documents: Documents<SharedBoard<Value>>, path: readonly string[]): TextInputProps {
  const { room } = useRoom();
  const place = JSON.stringify(path);
  return useBound(useMemo(() => room?.document(documents).text(JSON.parse(place)), [room, documents, place]) ?? null);
}

/** Binds a text, the room's own where none is given; `null` where there is none yet. */
function useBound(text: EditableText | null | undefined): TextInputProps {
  const { room, role } = useRoom();
  const [element, ref] = useState<Element | null>(null);
  const isThere = element !== null && room !== undefined && text !== null;
  useLayoutEffect(() => (isThere ? bindTextarea(element, room, text) : undefined), [isThere, element, room, text]);
  const bound = useMemo(
    () => (isThere ? { element, text: text ?? room.text } : undefined),
    [isThere, element, room, text],
  );
  const value = useSource(bound, shownText);
  return { ref, value, readOnly: !room || role === 'viewer', onChange: nothing };
}

/** The binding has shown the text before React does, so that React finds nothing to do, and leaves the caret alone. */
const shownText: Source<{ element: Element; text: EditableText }, string> = {
  listen: ({ element, text }, changed) => {
    const stop = text.on('change', changed);
    for (const name of ['input', 'compositionend']) element.addEventListener(name, changed);
    return () => {
      stop();
      for (const name of ['input', 'compositionend']) element.removeEventListener(name, changed);
    };
  },
  read: ({ element }) => element.value,
  none: '',
};

/** The binding listens by itself; React asks for a handler beside a value. */
function nothing(): void {}
