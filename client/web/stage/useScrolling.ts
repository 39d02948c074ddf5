import { type RefObject, useEffect, useState } from 'react';

/** How far down the screen one reads, of its height: until the song is sung to there, it stands still. */
const readAt = 0.4;

/** Whether the sheet scrolls by itself, and how to begin and end that. `seconds`: how long all of it takes; with another song it ends. */
export function useScrolling(
  box: RefObject<HTMLElement | null>,
  seconds: number,
  song: string | undefined,
): [isScrolling: boolean, scroll: (on: boolean) => void] {
  const [isScrolling, setScrolling] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another song stands still
  useEffect(() => setScrolling(false), [song]);
  useEffect(() => {
    const element = box.current;
    if (!isScrolling || !element) return;
    let frame = 0;
    let before = performance.now();
    let place = element.scrollTop || -element.clientHeight * readAt;
    let shown = element.scrollTop;
    const step = (now: number) => {
      // Who scrolls by hand goes on from there.
      if (Math.abs(element.scrollTop - shown) > 2) place = element.scrollTop;
      const sheet = element.firstElementChild;
      place += ((now - before) / 1000) * (heightOf(sheet) / seconds);
      before = now;
      const end = element.scrollHeight - element.clientHeight;
      if (place > 0) element.scrollTo({ top: place, behavior: 'instant' });
      shown = element.scrollTop;
      if (place < end) frame = requestAnimationFrame(step);
      else setScrolling(false);
    };
    frame = requestAnimationFrame(step);
    return () => cancelAnimationFrame(frame);
  }, [box, seconds, isScrolling]);
  return [isScrolling, setScrolling];
}

/** Of what is written on it. */
function heightOf(sheet: Element | null): number {
  if (!sheet) return 0;
  return sheet.clientHeight - Number.parseFloat(getComputedStyle(sheet).paddingBottom);
}
