import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import type { Client, Room } from '../index.ts';
import { hold } from '../stores/hold.ts';

const ClientContext = createContext<Client | undefined>(undefined);
/** `null` outside of any RoomProvider; undefined in one whose room is not there yet. */
const RoomContext = createContext<Room | null | undefined>(null);

/**
 * Hands a client on to the hooks below, and keeps it connected while it is on the page. Make the client outside of
 * components, by `new Client(url, options)`: that alone connects nothing, on a server neither.
 */
export function TuttiProvider({ client, children }: { client: Client; children?: ReactNode }) {
  useEffect(() => {
    client.connect();
    return hold(client, () => client.disconnect());
  }, [client]);
  return <ClientContext.Provider value={client}>{children}</ClientContext.Provider>;
}

/** Takes part in a room while it is on the page: `song:42`, or `42` for short. Several for one room share it. */
export function RoomProvider({ id, children }: { id: string; children?: ReactNode }) {
  const client = useClient();
  const [joined, setJoined] = useState<{ client: Client; id: string; room: Room }>();
  useEffect(() => {
    const room = client.room(id);
    setJoined({ client, id, room });
    return hold(room, () => room.leave());
  }, [client, id]);
  // For one moment after a change it is still the room before.
  const room = joined?.client === client && joined.id === id ? joined.room : undefined;
  return <RoomContext.Provider value={room}>{children}</RoomContext.Provider>;
}

/** The provider's client. */
export function useClient(): Client {
  const client = useContext(ClientContext);
  if (!client) throw new Error('there is no <TuttiProvider> around this component');
  return client;
}

/** The provider's room; undefined on a server and until it is there. */
export function useProvidedRoom(): Room | undefined {
  const room = useContext(RoomContext);
  if (room === null) throw new Error('there is no <RoomProvider> around this component');
  return room;
}
