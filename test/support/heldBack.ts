import type { Page } from 'playwright-core';

/**
 * Has a window wait for the server: what it says comes when it is let go, by calling what is returned. For pages that are
 * opened from now on.
 */
export async function heldBack(page: Page): Promise<() => void> {
  const waiting: (() => void)[] = [];
  let isLetGo = false;
  await page.routeWebSocket(/socket\.io/, (socket) => {
    socket.connectToServer().onMessage((message) => {
      if (isLetGo) socket.send(message);
      else waiting.push(() => socket.send(message));
    });
  });
  return () => {
    isLetGo = true;
    for (const send of waiting.splice(0)) send();
  };
}
