/**
 * Keeps the page above the keyboard of the screen. Where that makes the page smaller by itself there is nothing to do; on
 * an iPad it covers it. Whoever has zoomed in has the page as it is.
 */
export function stayAboveKeyboard(): void {
  const { visualViewport } = window;
  visualViewport?.addEventListener('resize', () => {
    const { height, scale } = visualViewport;
    const isCovered = scale === 1 && height < innerHeight - 1;
    document.documentElement.style.setProperty('--visible', isCovered ? `${height}px` : '100dvh');
    // It had scrolled the page up to show where one writes, which is in sight now.
    if (isCovered) scrollTo(0, 0);
  });
}
