import { type ComponentType, type ReactElement, useEffect, useMemo } from 'react';
import { kindOf } from '../../shared/rooms.ts';
import { useClient, useRoom } from '../react/index.ts';
import { Colors } from './people/colors.ts';
import { PlaceContext } from './place.ts';
import { SessionPage } from './session/sessionPage.tsx';
import { SetlistPage } from './setlist/setlistPage.tsx';
import { SongPage } from './song/songPage.tsx';
import type { Visitor } from './visit/visitor.ts';

const pages: Readonly<Record<string, ComponentType>> = { session: SessionPage, setlist: SetlistPage };

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
  const Page = pages[kindOf(place.room.room_id)] ?? SongPage;
  return (
    <PlaceContext value={place}>
      <Page />
    </PlaceContext>
  );
}
