import { type Command, InvalidArgumentError, Option } from 'commander';
import { configFromEnvironment, type Paths, pathsOf } from '../config.ts';
import { isNamespace } from '../door/entrance.ts';

/** Where things are on a server that is spoken to. */
export interface Place extends Paths {
  namespace: string;
}

export interface ServerPlace extends Place {
  url: string;
}

export interface PlaceOptions {
  basePath?: string;
  socketPath?: string;
  namespace?: string;
}

/** For commands that ask over HTTP alone. */
export const basePathOption = () =>
  new Option('-b, --base-path <path>', 'what the paths of the server begin with, such as /tutti (default: BASE_PATH)');

/** For commands that connect as well: a server that is inside an application may be anywhere. */
export function withPlaceOptions(command: Command): Command {
  return command
    .addOption(basePathOption())
    .option('--socket-path <path>', 'where Socket.IO is (default: SOCKET_PATH, or socket.io under the base path)')
    .option('--namespace <name>', 'Socket.IO’s, /tutti on an application’s `io` (default: /)', namespaceOf);
}

/** By those options and the environment. */
export function placeFrom({ basePath, socketPath, namespace = '/' }: PlaceOptions): Place {
  const given = {
    ...(basePath !== undefined && { BASE_PATH: basePath }),
    ...(socketPath !== undefined && { SOCKET_PATH: socketPath }),
  };
  return { ...pathsOf(configFromEnvironment({ ...process.env, ...given })), namespace };
}

function namespaceOf(name: string): string {
  if (isNamespace(name)) return name;
  throw new InvalidArgumentError('Expected a name such as /tutti.');
}
