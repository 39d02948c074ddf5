import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** The client of Redis, loaded where there is one: nothing else that a server loads takes as long, or as much memory. */
export function library(): typeof import('redis') {
  return require('redis');
}
