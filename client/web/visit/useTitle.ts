import { useEffect } from 'react';
import { keepVisited } from './songs.ts';

/** Names the page, in the browser and among the songs of this device. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} – Tutti`;
    keepVisited({ path: location.pathname + location.hash, title, at: Date.now() });
  }, [title]);
}
