/**
 * What the names of all keys and channels begin with where REDIS_PREFIX is not set: a database keeps keys apart from those
 * of others, and channels not.
 */
export function defaultPrefix([url = '']: string[]): string {
  return `tutti:${Number(new URL(url).pathname.slice(1)) || 0}:`;
}
