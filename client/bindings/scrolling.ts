/** What says how a text area breaks its lines, and how high they are. */
const setting = [
  ...['font', 'letterSpacing', 'wordSpacing', 'lineHeight', 'textTransform', 'textIndent', 'tabSize', 'direction'],
  ...['whiteSpace', 'wordBreak', 'overflowWrap', 'hyphens', 'padding', 'border', 'overflowY'],
] as const;

/** Changes what a text area has from a place on; the line at the top of what one sees of it stays there. */
export function keepingScroll(element: HTMLTextAreaElement, from: number, change: () => void): void {
  const { scrollTop, scrollHeight } = element;
  const before = element.value.slice(0, from);
  change();
  const grown = element.scrollHeight - scrollHeight;
  // Who is at the top sees what comes there.
  if (scrollTop > 0 && grown !== 0 && heightOf(before, element) <= scrollTop) element.scrollTop = scrollTop + grown;
}

/** How high the lines of a text are in a text area, but for the last one, in pixels. */
function heightOf(text: string, element: HTMLTextAreaElement): number {
  const mirror = element.ownerDocument.createElement('textarea');
  const style = getComputedStyle(element);
  for (const name of setting) Object.assign(mirror.style, { [name]: style[name as never] });
  const hidden = { position: 'absolute', visibility: 'hidden', boxSizing: 'border-box', height: '0', minHeight: '0' };
  Object.assign(mirror.style, hidden, { width: `${element.offsetWidth}px` });
  mirror.wrap = element.wrap;
  element.after(mirror);
  const oneLine = mirror.scrollHeight;
  mirror.value = text;
  const height = mirror.scrollHeight - oneLine;
  mirror.remove();
  return height;
}
