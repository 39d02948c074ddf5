import { useEffect, useReducer, useState } from 'react';
import type { Room } from '../../index.ts';
import { usePlace } from '../place.ts';
import { SongRooms } from './songRooms.ts';

/** The rooms of songs by their pages; it renders again with each change there. */
export function useSongRooms(pages: readonly string[]): ReadonlyMap<string, Room> {
  const { client, visitor } = usePlace();
  const [opener, setOpener] = useState<SongRooms>();
  const [rooms, setRooms] = useState<ReadonlyMap<string, Room>>(new Map());
  const [, changed] = useReducer((times: number) => times + 1, 0);
  useEffect(() => {
    const created = new SongRooms(client, visitor);
    setOpener(created);
    return () => created.close();
  }, [client, visitor]);
  const paths = JSON.stringify([...new Set(pages)]);
  useEffect(() => {
    if (opener) setRooms(opener.open(JSON.parse(paths)));
  }, [opener, paths]);
  useEffect(() => {
    const stops = [...rooms.values()].flatMap((room) => [room.text.on('change', changed), room.on('state', changed)]);
    // What came before this was listened to.
    changed();
    return () => {
      for (const stop of stops) stop();
    };
  }, [rooms]);
  return rooms;
}
