declare module 'fs-native-extensions' {
  /**
   * Locks a file exclusively for as long as it is open, or so many bytes of it from `offset` on; false where another open
   * file holds the lock.
   */
  export function tryLock(fd: number, offset?: number, length?: number): boolean;
}
