import { createContext, useCallback, useContext, useState, useSyncExternalStore } from 'react';
import type { Participant } from '../../shared/events.ts';
import type { Client, ConnectionState, Room, RoomStateInfo, ShownCursor } from '../index.ts';
import type { Colors } from './people/colors.ts';
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

export function useConnection(): ConnectionState {
  const { client } = usePlace();
  const listen = useCallback((changed: () => void) => client.on('state', changed), [client]);
  return useSyncExternalStore(listen, () => client.state);
}

export function useRoomState(): RoomStateInfo {
  const { room } = usePlace();
  const listen = useCallback((changed: () => void) => room.on('state', changed), [room]);
  return useSyncExternalStore(listen, () => room.state);
}

export function useParticipants(): readonly Participant[] {
  const { room } = usePlace();
  const listen = useCallback((changed: () => void) => room.on('participants', changed), [room]);
  return useSyncExternalStore(listen, () => room.participants);
}

export function useCursors(): readonly ShownCursor[] {
  const { room } = usePlace();
  const listen = useCallback((changed: () => void) => room.on('cursors', changed), [room]);
  return useSyncExternalStore(listen, () => room.cursors);
}

export function useTyping(): readonly string[] {
  const { room } = usePlace();
  const listen = useCallback((changed: () => void) => room.on('typing', changed), [room]);
  return useSyncExternalStore(listen, () => room.typing);
}

export function useText(): string {
  const { room } = usePlace();
  const listen = useCallback((changed: () => void) => room.text.on('change', changed), [room]);
  return useSyncExternalStore(listen, () => room.text.text);
}

/** Whether something that was typed is not yet known to be in the log. */
export function useUnsent(): boolean {
  const { room } = usePlace();
  const listen = useCallback((changed: () => void) => room.text.on('status', changed), [room]);
  return useSyncExternalStore(listen, () => room.text.status.hasUnsent);
}

/** The colour of each user: a new function whenever one has changed. */
export function useColors(): (user_id: string) => string {
  const { colors } = usePlace();
  const listen = useCallback((changed: () => void) => colors.on(changed), [colors]);
  return useSyncExternalStore(listen, () => colors.colorOf);
}

/** The name of each user, also of one who has gone. */
export function usePeopleNames(): (user_id: string) => string {
  const participants = useParticipants();
  const [names] = useState(() => new Map<string, string>());
  for (const { user_id, name } of participants) names.set(user_id, name);
  return (user_id) => names.get(user_id) ?? 'Someone';
}
