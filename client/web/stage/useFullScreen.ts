import { useEffect } from 'react';

/** Shows the page on all of the screen, where the browser can. Called by a click, before what is to be seen is there. */
export async function fillScreen(): Promise<void> {
  await document.documentElement.requestFullscreen?.({ navigationUI: 'hide' }).catch(() => {});
}

/** Calls back when the visitor has left the full screen, which ends with the component. */
export function useFullScreen(onLeft: () => void): void {
  useEffect(() => {
    const left = () => {
      if (!document.fullscreenElement) onLeft();
    };
    document.addEventListener('fullscreenchange', left);
    return () => document.removeEventListener('fullscreenchange', left);
  }, [onLeft]);
  useEffect(
    () => () => {
      if (document.fullscreenElement) document.exitFullscreen().catch(() => {});
    },
    [],
  );
}
