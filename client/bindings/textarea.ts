/** A room's song, or a text of its board, in a <textarea> or an <input>: `tutti/textarea`. */

import { commonEnd, commonStart } from '../../shared/documents/text/difference.ts';
import { pairStart } from '../../shared/documents/text/rope.ts';
import type { EditableText, Origin, Room, TextChange } from '../index.ts';
import { Agreement, type Editor } from './agreement.ts';
import { keepingScroll } from './scrolling.ts';

/**
 * Binds an element to a room: what is typed goes into `room.text`, what others write comes out of it and leaves the caret
 * where it stands, and undo takes back one's own edits only. Returns how to end it. A text of the room's board is bound by
 * `bindTextarea(element, room, board.text(path))`; of what is selected there, the application tells others.
 */
export function bindTextarea(
  element: HTMLTextAreaElement | HTMLInputElement,
  room: Room,
  text?: EditableText,
): () => void {
  const binding = new Binding(element, room, text);
  return () => binding.end();
}

class Binding implements Editor {
  readonly isBusy = false;
  readonly #element: HTMLTextAreaElement | HTMLInputElement;
  readonly #room: Room;
  readonly #text: EditableText;
  readonly #agreement: Agreement;
  readonly #stops: (() => void)[];

  constructor(element: HTMLTextAreaElement | HTMLInputElement, room: Room, text?: EditableText) {
    const { ownerDocument } = element;
    this.#element = element;
    this.#room = room;
    this.#text = text ?? room.text;
    this.#agreement = new Agreement(this.#text, this);
    const mend = () => this.#agreement.mend();
    this.#stops = [
      () => this.#agreement.end(),
      room.on('state', () => this.#mayWrite()),
      listen(element, 'input', () => this.#typed()),
      listen(element, 'compositionstart', () => this.#agreement.compose()),
      listen(element, 'compositionend', () => this.#composed()),
      listen(element, 'beforeinput', (event) => this.#asked(event as InputEvent)),
      listen(element, 'keydown', (event) => this.#pressed(event as KeyboardEvent)),
      ...(text ? [] : this.#showCursor()),
      // What a browser or a form puts into the element is no edit. A form does so after it has said that it will.
      listen(element, 'beforeinput', mend),
      listen(ownerDocument, 'reset', () => setTimeout(mend)),
      listen(ownerDocument.defaultView ?? window, 'pageshow', mend),
    ];
    this.#agreement.settle();
    this.#mayWrite();
  }

  get text(): string {
    return this.#element.value;
  }

  get length(): number {
    return this.#element.value.length;
  }

  /** The element has no line ends but \n, and an <input> has none: what it shows instead is as long. */
  visible(text: string): string {
    return text.replace(this.#element instanceof HTMLInputElement ? /[\r\n]/g : /\r/g, ' ');
  }

  show(changes: TextChange[], origin: Origin): void {
    const element = this.#element;
    // Who takes something back sees where.
    const caret = origin === 'undo' || origin === 'redo' ? 'end' : 'preserve';
    for (const { from, to, insert } of changes.toReversed()) {
      const change = () => element.setRangeText(insert, from, to, caret);
      if (element instanceof HTMLInputElement) change();
      else keepingScroll(element, from, change);
    }
  }

  end(): void {
    for (const stop of this.#stops) stop();
  }

  #showCursor(): (() => void)[] {
    const { ownerDocument } = this.#element;
    return [
      listen(this.#element, 'blur', () => this.#room.setCursor(null)),
      listen(ownerDocument, 'selectionchange', () => this.#selected()),
      listen(this.#element, 'compositionend', () => this.#selected()),
    ];
  }

  #typed(): void {
    this.#room.setTyping(true);
    this.#write();
  }

  #write(): void {
    const { value, selectionEnd } = this.#element;
    const { shown } = this.#agreement;
    if (value !== shown) this.#agreement.typed([difference(shown, value, selectionEnd)]);
  }

  #composed(): void {
    this.#write();
    this.#agreement.composed();
  }

  /** As the menus of browsers and phones ask for it. */
  #asked(event: InputEvent): void {
    if (event.inputType !== 'historyUndo' && event.inputType !== 'historyRedo') return;
    event.preventDefault();
    this.#step(event.inputType === 'historyUndo');
  }

  #pressed(event: KeyboardEvent): void {
    const key = event.key.toLowerCase();
    if (!(event.ctrlKey || event.metaKey) || event.altKey || (key !== 'z' && key !== 'y')) return;
    event.preventDefault();
    this.#step(key === 'z' && !event.shiftKey);
  }

  #step(isUndo: boolean): void {
    if (this.#element.readOnly || this.#agreement.isComposing) return;
    if (isUndo) this.#text.undo();
    else this.#text.redo();
  }

  #selected(): void {
    const element = this.#element;
    if (this.#agreement.isComposing || element.ownerDocument.activeElement !== element) return;
    // In the midst of an edit, whose place the text does not know yet.
    if (element.value.length !== this.#text.length) return;
    const [from, to] = [element.selectionStart ?? 0, element.selectionEnd ?? 0];
    const [anchor, head] = element.selectionDirection === 'backward' ? [to, from] : [from, to];
    this.#room.setCursor(from === to ? from : { anchor, head });
  }

  #mayWrite(): void {
    this.#element.readOnly = this.#room.role === 'viewer' || this.#room.state.status === 'removed';
  }
}

/** The change that makes one text of the other, and ends at the caret where it may: which of two equal letters is new shows there only. */
function difference(before: string, after: string, caret: number | null): TextChange {
  const behind = after.length - pairStart(after, caret ?? after.length);
  const end = Math.min(commonEnd(before, after), behind);
  const start = commonStart(before.slice(0, before.length - end), after.slice(0, after.length - end));
  return { from: start, to: before.length - end, insert: after.slice(start, after.length - end) };
}

function listen(target: EventTarget, name: string, listener: (event: Event) => void): () => void {
  target.addEventListener(name, listener);
  return () => target.removeEventListener(name, listener);
}
