import { Component, createRef, type ReactElement, type ReactNode, type RefObject } from 'react';
import { difference } from '../../../shared/documents/text/difference.ts';
import { fromText } from '../../../shared/documents/text/rope.ts';
import { placeAfter } from '../../bindings/place.ts';
import { toChanges } from '../../documents/text/units.ts';
import { lineAt, lineStarts } from './lines.ts';

interface PaperProps {
  /** The song that is set on it. */
  source: string;
  /** How large, in percent. */
  size: number;
  /** Is given the element that scrolls. */
  box?: RefObject<HTMLDivElement | null>;
  children: ReactNode;
}

/** The line at the top of what one sees, and where that is. */
interface Anchor {
  line: number;
  /** Which it is of those that come from one line of the source. */
  nth: number;
  top: number;
}

/** What the sheet is read on: the line that one reads stays where it is, whatever others write above it. */
export class Paper extends Component<PaperProps, object, Anchor | null> {
  readonly #box = this.props.box ?? createRef<HTMLDivElement>();

  override getSnapshotBeforeUpdate(): Anchor | null {
    const box = this.#box.current;
    // Who is at the top sees what comes there.
    if (!box || box.scrollTop === 0) return null;
    const { top } = box.getBoundingClientRect();
    const lines = linesOn(box);
    const first = lines.find((line) => line.getBoundingClientRect().bottom > top);
    if (!first) return null;
    const line = numberOf(first);
    const nth = lines.filter((each) => numberOf(each) === line).indexOf(first);
    return { line, nth, top: first.getBoundingClientRect().top };
  }

  override componentDidUpdate(before: PaperProps, _: object, anchor: Anchor | null): void {
    const box = this.#box.current;
    if (!anchor || !box) return;
    const number = lineAfter(before.source, this.props.source, anchor.line);
    const lines = linesOn(box);
    const line =
      lines.filter((each) => numberOf(each) === number)[anchor.nth] ?? lines.find((each) => numberOf(each) >= number);
    const top = line ? line.getBoundingClientRect().top - anchor.top : 0;
    // What stays where it is is not scrolled to: that would end a scrolling that is under way.
    if (top !== 0) box.scrollBy({ top, behavior: 'instant' });
  }

  override render(): ReactElement {
    return (
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls it
      <div className="paper" style={{ fontSize: `${this.props.size}%` }} tabIndex={0} ref={this.#box}>
        {this.props.children}
      </div>
    );
  }
}

function linesOn(box: HTMLElement): HTMLElement[] {
  return [...box.querySelectorAll<HTMLElement>('[data-line]')];
}

function numberOf(line: HTMLElement): number {
  return Number(line.dataset.line);
}

/** Where a line of one text is in another that came of it. */
function lineAfter(before: string, after: string, line: number): number {
  if (before === after) return line;
  const start = [0, ...lineStarts(before)][line] ?? before.length;
  const changes = toChanges(difference(before, after), fromText(before));
  return lineAt(lineStarts(after), placeAfter(changes, start, true));
}
