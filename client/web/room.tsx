import { type ReactElement, useEffect, useMemo } from 'react';
import { kindOf } from '../../shared/rooms.ts';
import { useClient, useRoom } from '../react/index.ts';
import { Colors } from './people/colors.ts';
import { PlaceContext } from './place.ts';
import { SessionPage } from './session/sessionPage.tsx';
import { SongPage } from './song/songPage.tsx';
import type { Visitor } from './visit/visitor.ts';

/** The page of the room that is provided, as soon as it is. */
export function Room({ visitor }: { visitor: Visitor }): ReactElement | null {
  const client = useClient();
  const { room } = useRoom();
  const place = useMemo(
    () => room && { client, room, visitor, colors: new Colors(room, visitor.color) },
    [client, room, visitor],
  );
  useEffect(() => place?.colors.listen(), [place]);
  if (!place) return null;
  return (
    <PlaceContext value={place}>
      {kindOf(place.room.room_id) === 'session' ? <SessionPage /> : <SongPage />}
    </PlaceContext>
  );
}
