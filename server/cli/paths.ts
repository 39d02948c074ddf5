import { Option } from 'commander';
import { configFromEnvironment, type Paths, pathsOf } from '../config.ts';

/** For commands that speak to a server. */
export const basePathOption = () =>
  new Option('-b, --base-path <path>', 'what the paths of the server begin with, such as /tutti (default: BASE_PATH)');

/** Where things are on the server that is spoken to, by that option and the environment. */
export function pathsFrom({ basePath }: { basePath?: string }): Paths {
  return pathsOf(configFromEnvironment({ ...process.env, ...(basePath !== undefined && { BASE_PATH: basePath }) }));
}
