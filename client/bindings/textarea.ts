/** A room's song in a <textarea> or an <input>: `tutti/textarea`. */

import { commonEnd, commonStart } from '../../shared/documents/text/difference.ts';
import { pairStart } from '../../shared/documents/text/rope.ts';
import type { Room, TextChange } from '../index.ts';

/**
 * Binds an element to a room: what is typed goes into `room.text`, what others write comes out of it and leaves the caret
 * where it stands, and undo takes back one's own edits only. Returns how to end it.
 */
export function bindTextarea(element: HTMLTextAreaElement | HTMLInputElement, room: Room): () => void {
  const binding = new Binding(element, room);
  return () => binding.end();
}

class Binding {
  readonly #element: HTMLTextAreaElement | HTMLInputElement;
  readonly #room: Room;
  /** What the element shows, as far as the text knows. */
  #shown = '';
  #isWriting = false;
  /** What came while an input method composes a word, which a change from elsewhere would end. */
  #held: TextChange[][] | undefined;
  readonly #stops: (() => void)[];

  constructor(element: HTMLTextAreaElement | HTMLInputElement, room: Room) {
    this.#element = element;
    this.#room = room;
    this.#stops = [
      room.text.on('change', ({ changes, origin }) => this.#changed(changes, origin === 'remote')),
      room.on('state', () => this.#mayWrite()),
      listen(element, 'input', () => this.#typed()),
      listen(element, 'compositionstart', () => this.#composing()),
      listen(element, 'compositionend', () => this.#composed()),
      listen(element, 'beforeinput', (event) => this.#asked(event as InputEvent)),
      listen(element, 'keydown', (event) => this.#pressed(event as KeyboardEvent)),
      listen(element, 'blur', () => room.setCursor(null)),
      listen(element.ownerDocument, 'selectionchange', () => this.#selected()),
    ];
    this.#showAll();
    this.#mayWrite();
  }

  end(): void {
    for (const stop of this.#stops) stop();
  }

  #typed(): void {
    if (this.#held) return;
    this.#room.setTyping(true);
    this.#write(difference(this.#shown, this.#element.value, this.#element.selectionEnd));
  }

  /** What the text would not take is not left standing in the element. */
  #write(change: TextChange): void {
    this.#isWriting = true;
    try {
      this.#room.text.edit([change]);
      this.#shown = this.#element.value;
    } catch {
      this.#showAll();
    } finally {
      this.#isWriting = false;
    }
  }

  #changed(changes: TextChange[], isRemote: boolean): void {
    if (this.#isWriting) return;
    if (this.#held) this.#held.push(changes);
    else this.#show(changes, isRemote);
  }

  #show(changes: TextChange[], isRemote: boolean): void {
    for (const { from, to, insert } of changes.toReversed()) {
      // Who takes something back sees where.
      this.#element.setRangeText(this.#visible(insert), from, to, isRemote ? 'preserve' : 'end');
    }
    this.#shown = this.#element.value;
  }

  #showAll(): void {
    this.#element.value = this.#visible(this.#room.text.text);
    this.#shown = this.#element.value;
  }

  #composing(): void {
    this.#held = [];
  }

  /** Puts the word where it belongs after all that came in the meantime: the selection shows the place. */
  #composed(): void {
    const element = this.#element;
    const { from, to, insert } = difference(this.#shown, element.value, element.selectionEnd);
    element.setRangeText(this.#shown.slice(from, to), from, from + insert.length, 'select');
    for (const changes of this.#held ?? []) this.#show(changes, true);
    this.#held = undefined;
    const [start, end] = [element.selectionStart ?? 0, element.selectionEnd ?? 0];
    element.setRangeText(insert, start, end, 'end');
    if (start !== end || insert !== '') this.#write({ from: start, to: end, insert });
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
    if (this.#element.readOnly || this.#held) return;
    if (isUndo) this.#room.text.undo();
    else this.#room.text.redo();
  }

  #selected(): void {
    const element = this.#element;
    if (this.#held || element.ownerDocument.activeElement !== element || element.value !== this.#shown) return;
    const [from, to] = [element.selectionStart ?? 0, element.selectionEnd ?? 0];
    const [anchor, head] = element.selectionDirection === 'backward' ? [to, from] : [from, to];
    this.#room.setCursor(from === to ? from : { anchor, head });
  }

  #mayWrite(): void {
    this.#element.readOnly = this.#room.role === 'viewer' || this.#room.state.status === 'removed';
  }

  /** The element has no line ends but \n, and an <input> has none: what it shows instead is as long. */
  #visible(text: string): string {
    return text.replace(this.#element instanceof HTMLInputElement ? /[\r\n]/g : /\r/g, ' ');
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
