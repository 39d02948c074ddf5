import { type RefCallback, useLayoutEffect, useMemo, useState } from 'react';
import { bindTextarea } from '../bindings/textarea.ts';
import type { SharedText } from '../index.ts';
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
  const { room, role } = useRoom();
  const [element, ref] = useState<Element | null>(null);
  useLayoutEffect(() => (element && room ? bindTextarea(element, room) : undefined), [element, room]);
  const bound = useMemo(() => element && room && { element, text: room.text }, [element, room]);
  const value = useSource(bound ?? undefined, shownText);
  return { ref, value, readOnly: !room || role === 'viewer', onChange: nothing };
}

/** The binding has shown the text before React does, so that React finds nothing to do, and leaves the caret alone. */
const shownText: Source<{ element: Element; text: SharedText }, string> = {
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
