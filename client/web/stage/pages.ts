/** Where a sheet is turned to. */

/** What keys ask for, a foot pedal's too: 1 is on, -1 is back. */
export function turnOf({ key, shiftKey }: Pick<KeyboardEvent, 'key' | 'shiftKey'>): 1 | -1 | undefined {
  if (key === ' ') return shiftKey ? -1 : 1;
  if (['PageDown', 'ArrowDown', 'ArrowRight', 'Enter'].includes(key)) return 1;
  if (['PageUp', 'ArrowUp', 'ArrowLeft', 'Backspace'].includes(key)) return -1;
  return undefined;
}

/**
 * Turns to what comes next, or back; the last line that was seen whole stays. Answers whether there was anything to turn to.
 */
export function turn(box: HTMLElement, by: 1 | -1): boolean {
  const rest = by > 0 ? box.scrollHeight - box.clientHeight - box.scrollTop : box.scrollTop;
  if (rest <= 1 || (by > 0 && !isBelow(box))) return false;
  const { top, bottom } = box.getBoundingClientRect();
  const seen = linesOf(box).filter((line) => line.getBoundingClientRect().bottom <= bottom);
  const stays = by > 0 ? seen.at(-1)?.getBoundingClientRect().top : undefined;
  const full = box.clientHeight * 0.85;
  // A line that is as high as the screen would not be left.
  const distance = stays !== undefined && stays - top > full / 3 ? stays - top - 8 : full;
  box.scrollBy({ top: by * distance, behavior: isCalm() ? 'instant' : 'smooth' });
  return true;
}

/** The line at the top of what one sees. */
export function topLine(box: HTMLElement): number | undefined {
  const { top } = box.getBoundingClientRect();
  const first = linesOf(box).find((line) => line.getBoundingClientRect().bottom > top + 1);
  return first && Number(first.dataset.line);
}

/** Brings a line to the top, or what is left of the song behind it. */
export function bringToTop(box: HTMLElement, line: number): void {
  const found = linesOf(box).find((each) => Number(each.dataset.line) >= line);
  if (!found) return;
  const distance = found.getBoundingClientRect().top - box.getBoundingClientRect().top;
  // Before the first line is what the song is called.
  const isFirst = found === linesOf(box)[0];
  box.scrollTo({ top: isFirst ? 0 : box.scrollTop + distance, behavior: isCalm() ? 'instant' : 'smooth' });
}

/** Whether a line of the song is below what one sees: the paper is longer than the song. */
function isBelow(box: HTMLElement): boolean {
  const last = linesOf(box).at(-1);
  return last !== undefined && last.getBoundingClientRect().bottom > box.getBoundingClientRect().bottom;
}

function linesOf(box: HTMLElement): HTMLElement[] {
  return [...box.querySelectorAll<HTMLElement>('[data-line]')];
}

function isCalm(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}
