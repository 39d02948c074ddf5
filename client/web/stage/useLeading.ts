import { type RefObject, useEffect, useRef, useState } from 'react';
import { usePlace } from '../place.ts';
import { bringToTop, topLine } from './pages.ts';

/** What a leader's window tells the others: what is at the top there. */
export interface LeadMessage {
  kind: 'stage';
  /** Which song of a set list. */
  song?: string;
  line?: number;
  /** Nobody leads any more. */
  over?: true;
}

/** How often a leader tells where they are at most, and that they are still there, in milliseconds. */
const tellEvery = 200;
const stillThere = 3_000;
/** Who was not heard of for so long has gone. */
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

  useEffect(() => {
    const element = box.current;
    if (!isLeading || !element) return;
    let waiting: ReturnType<typeof setTimeout> | undefined;
    const tell = () => {
      waiting = undefined;
      const line = topLine(element);
      const message: LeadMessage = {
        kind: 'stage',
        ...(song !== undefined && { song }),
        ...(line !== undefined && { line }),
      };
      room.sendMessage(message).catch(() => {});
    };
    const moved = () => {
      waiting ??= setTimeout(tell, tellEvery);
    };
    tell();
    element.addEventListener('scroll', moved);
    const timer = setInterval(tell, stillThere);
    return () => {
      element.removeEventListener('scroll', moved);
      clearTimeout(waiting);
      clearInterval(timer);
    };
  }, [box, room, isLeading, song]);

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
