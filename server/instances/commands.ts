import { Refusal } from '../../shared/refusals.ts';
import { userKeyOf } from '../access/identity.ts';
import { roomOfKey, tenantOfKey } from '../access/keys.ts';
import type { Permissions } from '../access/permissions.ts';
import type { Command } from '../connections/command.ts';
import type { Connection } from '../connections/connection.ts';
import type { Connections } from '../connections/connections.ts';
import type { People } from '../connections/people.ts';
import type { TuttiNamespace } from '../connections/socket.ts';
import type { Rooms } from '../rooms/rooms.ts';

/** Has a command done here and on all other instances. Returns how many connections it met here. */
export type Perform = (command: Command) => Promise<number>;

export interface CommandsOptions {
  namespace: TuttiNamespace;
  rooms: Rooms;
  connections: Connections;
  people: People;
  permissions: Permissions;
  /** Something waits in a queue of what services are told. */
  onQueued?(queue: string): void;
  /** Whether other instances may hear. */
  many: boolean;
  onError(error: unknown): void;
}

export function createCommands(options: CommandsOptions): Perform {
  const { namespace, rooms, connections, people, permissions, many, onError } = options;

  async function performHere(command: Command): Promise<number> {
    if (command.type === 'kick') {
      const { room, user_id } = command;
      permissions.forget(room, user_id);
      const kicked = rooms.expel(room, 'kicked', user_id);
      const userKey = userKeyOf({ org_id: tenantOfKey(room), user_id });
      const away = connections.turnAway(userKey, roomOfKey(room));
      withdrawRuled(connections.of(userKey), room, new Refusal('forbidden', `kicked from ${roomOfKey(room)}`));
      return kicked + away;
    }
    if (command.type === 'uninvite') {
      const { room, invitation } = command;
      const guests = guestsOf(room).filter(({ identity }) => identity.guest?.invitation === invitation);
      const refusal = new Refusal('forbidden', `the invitation to ${roomOfKey(room)} was revoked`);
      withdrawRuled(guests, room, refusal);
      return guests.filter(({ memberships }) => memberships.withdraw(roomOfKey(room), refusal)).length;
    }
    if (command.type === 'tell') {
      const socket = namespace.sockets.get(command.connection_id);
      if (socket?.data.identity.org_id === command.org_id) socket.emit('event', command.event);
      return socket ? 1 : 0;
    }
    if (command.type === 'close') return rooms.discard(command.room);
    if (command.type === 'disconnect') return connections.disconnect(command.user);
    if (command.type === 'came') await people.came(command.user, command.at);
    else if (command.type === 'left') people.left(command.user, command.at);
    else if (command.type === 'queued') options.onQueued?.(command.queue);
    else await connections.probe(command.user);
    return 0;
  }

  /** Who is out of a room is out of those where its roles count. */
  function withdrawRuled(some: Iterable<Connection>, room: string, refusal: Refusal): void {
    for (const { memberships } of some)
      for (const { room_id } of memberships)
        if (permissions.isRuledBy(room_id, roomOfKey(room))) memberships.withdraw(room_id, refusal);
  }

  function guestsOf(room: string): Connection[] {
    const [org_id, room_id] = [tenantOfKey(room), roomOfKey(room)];
    return [...connections].filter(
      ({ identity: { org_id: of, guest } }) => of === org_id && guest?.room_id === room_id,
    );
  }

  namespace.on('command', (command) => void performHere(command).catch(onError));
  return async (command) => {
    // The adapter of a single process speaks to nobody, and says so on the console.
    if (many) namespace.serverSideEmit('command', command);
    return performHere(command);
  };
}
