import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** The client of Redis, loaded where there is one: that takes as long as all else that a server loads, and 20 MB. */
export function library(): typeof import('redis') {
  return require('redis');
}
