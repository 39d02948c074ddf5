import { useEffect } from 'react';
import { useRoom } from '../../react/index.ts';
import { visited } from './visited.ts';

/** Names the page in the browser and, once it has let the visitor in, among the songs of this device. */
export function useTitle(title: string): void {
  const isIn = useRoom().role !== undefined;
  useEffect(() => {
    document.title = `${title} – Tutti`;
    if (isIn) visited.put({ path: location.pathname + location.hash, title, at: Date.now() });
  }, [title, isIn]);
}
