import { useEffect, useState } from 'react';
import { useSession } from '../../react/index.ts';
import { usePlace } from '../place.ts';
import { Player } from './player.ts';

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

/** Whether this window is heard, and how to change that: browsers let no page make a sound before somebody wants it. */
export function useSound(): [isOn: boolean, turn: (isOn: boolean) => void] {
  const { session } = usePlace().room;
  const { playback } = useSession();
  const [isOn, setOn] = useState(false);
  const [player, setPlayer] = useState<Player>();
  useEffect(() => {
    if (!isOn) return;
    const created = new Player(() => session.position);
    setPlayer(created);
    return () => {
      setPlayer(undefined);
      created.close();
    };
  }, [isOn, session]);
  useEffect(() => player?.play(playback), [player, playback]);
  return [isOn, setOn];
}
