import { type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import { usePlace } from '../place.ts';
import { bringToTop, topLine } from './pages.ts';
import { Telling } from './telling.ts';

/** What a leader's window tells the others: what is at the top there. */
export interface LeadMessage {
  kind: 'stage';
  /** Which song of a set list. */
  song?: string;
  line?: number;
  /** Nobody leads any more. */
  over?: true;
}

/** Who was not heard of for so long has gone, in milliseconds. */
const goneAfter = 10_000;

export interface Leading {
  /** Whether the visitor leads. */
  isLeading: boolean;
  /** Who else leads. */
  leader: string | undefined;
  isFollowing: boolean;
  lead(on: boolean): void;
  follow(on: boolean): void;
}

/** All who follow have at the top what the leader has there. `song`: which of a set list is open, and how to open another. */
export function useLeading(
  box: RefObject<HTMLElement | null>,
  { song, onSong }: { song?: string; onSong?: (song: string) => void } = {},
): Leading {
  const { client, room } = usePlace();
  const [isLeading, setLeading] = useState(false);
  const [isFollowing, setFollowing] = useState(true);
  const [heard, setHeard] = useState<{ user_id: string; message: LeadMessage }>();
  const own = client.greeting?.user.user_id;
  const now = useRef({ song, onSong });
  now.current = { song, onSong };

  useEffect(
    () =>
      room.on('message', ({ user_id, message }) => {
        if (!isLead(message) || user_id === own) return;
        setHeard(message.over ? undefined : { user_id, message });
      }),
    [room, own],
  );
  useEffect(() => {
    if (!heard) return;
    const timer = setTimeout(() => setHeard(undefined), goneAfter);
    return () => clearTimeout(timer);
  }, [heard]);

  useEffect(() => {
    const element = box.current;
    if (!heard || !isFollowing || isLeading || !element) return;
    const { song: theirs, line } = heard.message;
    if (theirs !== undefined && theirs !== song) now.current.onSong?.(theirs);
    else if (line !== undefined && line !== topLine(element)) bringToTop(element, line);
  }, [box, heard, isFollowing, isLeading, song]);

  const telling = useMemo(() => (isLeading ? new Telling() : undefined), [isLeading]);
  useEffect(() => {
    const element = box.current;
    if (!telling || !element) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      const line = topLine(element);
      const message: LeadMessage = {
        kind: 'stage',
        ...(song !== undefined && { song }),
        ...(line !== undefined && { line }),
      };
      clearTimeout(timer);
      const now = performance.now();
      const due = telling.move(JSON.stringify(message), now);
      if (due > now) {
        timer = setTimeout(look, due - now);
        return;
      }
      telling.tell(now);
      room.sendMessage(message).catch(() => {});
      look();
    };
    look();
    element.addEventListener('scroll', look);
    return () => {
      element.removeEventListener('scroll', look);
      clearTimeout(timer);
    };
  }, [box, room, telling, song]);

  useEffect(() => {
    if (!isLeading) return;
    const over: LeadMessage = { kind: 'stage', over: true };
    return () => void room.sendMessage(over).catch(() => {});
  }, [room, isLeading]);

  return { isLeading, leader: heard?.user_id, isFollowing, lead: setLeading, follow: setFollowing };
}

function isLead(message: unknown): message is LeadMessage {
  const { kind, song, line } = (message ?? {}) as Partial<LeadMessage>;
  return (
    kind === 'stage' &&
    (song === undefined || typeof song === 'string') &&
    (line === undefined || Number.isSafeInteger(line))
  );
}
