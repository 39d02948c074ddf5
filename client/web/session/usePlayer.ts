import { useEffect, useState } from 'react';
import type { SharedSession } from '../../index.ts';
import { useSession } from '../../react/index.ts';
import { usePlace } from '../place.ts';
import { LinkPlayer } from './linkPlayer.ts';
import { type Playable, Player } from './player.ts';

/** Where the track is, in milliseconds, several times a second while it plays. */
export function usePosition(): number {
  const { session } = usePlace().room;
  const { playback } = useSession();
  const [position, setPosition] = useState(session.position);
  useEffect(() => {
    const look = () => setPosition(session.position);
    look();
    if (playback.status !== 'playing') return;
    const timer = setInterval(look, 100);
    return () => clearInterval(timer);
  }, [session, playback]);
  return position;
}

/** A window's sound. */
export interface Sound {
  isOn: boolean;
  /** The browser has none for the page. */
  isRefused: boolean;
  turn(isOn: boolean): void;
}

/** Whether this window is heard, and how to change that: browsers let no page make a sound before somebody wants it. */
export function useSound(playable: Playable, address: string | undefined): Sound {
  const { session } = usePlace().room;
  const { playback } = useSession();
  const [isOn, setOn] = useState(false);
  const [isRefused, setRefused] = useState(false);
  const [players, setPlayers] = useState<Players>();
  useEffect(() => {
    if (!isOn) return;
    const created = playersOf(session);
    setRefused(!created);
    if (!created) {
      setOn(false);
      return;
    }
    setPlayers(created);
    return () => {
      setPlayers(undefined);
      created.notes.close();
      created.link.close();
    };
  }, [isOn, session]);
  useEffect(() => players?.notes.play(playback, playable), [players, playback, playable]);
  useEffect(() => {
    if (address === undefined) players?.link.stop();
    else players?.link.play(address, playback);
  }, [players, playback, address]);
  return { isOn, isRefused, turn: setOn };
}

interface Players {
  notes: Player;
  link: LinkPlayer;
}

function playersOf(session: SharedSession): Players | undefined {
  const position = () => session.position;
  try {
    return { notes: new Player(position), link: new LinkPlayer(position) };
  } catch {
    return undefined;
  }
}
