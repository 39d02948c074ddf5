import { createContext, useCallback, useContext, useState, useSyncExternalStore } from 'react';
import type { Client, Room } from '../index.ts';
import { useParticipants } from '../react/index.ts';
import type { Colors } from './people/colors.ts';
import { t } from './texts/t.ts';
import type { Visitor } from './visit/visitor.ts';

/** Where the visitor is: what every part of a page may need. */
export interface Place {
  client: Client;
  room: Room;
  visitor: Visitor;
  colors: Colors;
}

export const PlaceContext = createContext<Place | undefined>(undefined);

export function usePlace(): Place {
  const place = useContext(PlaceContext);
  if (!place) throw new Error('not within a page');
  return place;
}

/** The colour of each user: a new function whenever one has changed. */
export function useColors(): (user_id: string) => string {
  const { colors } = usePlace();
  const listen = useCallback((changed: () => void) => colors.on(changed), [colors]);
  return useSyncExternalStore(listen, () => colors.colorOf);
}

/** The name of each user, also of one who has gone. */
export function usePeopleNames(): (user_id: string, otherwise?: string) => string {
  const participants = useParticipants();
  const [names] = useState(() => new Map<string, string>());
  for (const { user_id, name } of participants) names.set(user_id, name);
  return (user_id, otherwise = t('Someone')) => names.get(user_id) ?? otherwise;
}
