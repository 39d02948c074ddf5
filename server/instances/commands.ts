import type { Permissions } from '../access/permissions.ts';
import type { Command } from '../connections/command.ts';
import type { Connections } from '../connections/connections.ts';
import type { People } from '../connections/people.ts';
import type { TuttiIo } from '../connections/socket.ts';
import type { Rooms } from '../rooms/rooms.ts';

/** Has a command done here and on all other instances. Returns how many connections it met here. */
export type Perform = (command: Command) => Promise<number>;

export interface CommandsOptions {
  io: TuttiIo;
  rooms: Rooms;
  connections: Connections;
  people: People;
  permissions: Permissions;
  /** Whether other instances may hear. */
  many: boolean;
  onError(error: unknown): void;
}

export function createCommands(options: CommandsOptions): Perform {
  const { io, rooms, connections, people, permissions, many, onError } = options;

  async function performHere(command: Command): Promise<number> {
    if (command.type === 'kick') {
      permissions.forget(command.room, command.user_id);
      return rooms.find(command.room)?.expel('kicked', command.user_id) ?? 0;
    }
    if (command.type === 'close') return rooms.discard(command.room);
    if (command.type === 'disconnect') return connections.disconnect(command.user);
    if (command.type === 'came') await people.came(command.user, command.at);
    else if (command.type === 'left') people.left(command.user, command.at);
    else await connections.probe(command.user);
    return 0;
  }

  io.on('command', (command) => void performHere(command).catch(onError));
  return async (command) => {
    // The adapter of a single process speaks to nobody, and says so on the console.
    if (many) io.serverSideEmit('command', command);
    return performHere(command);
  };
}
