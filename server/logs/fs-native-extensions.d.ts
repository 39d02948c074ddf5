declare module 'fs-native-extensions' {
  /** Locks a file exclusively for as long as it is open; false where another open file holds the lock. */
  export function tryLock(fd: number): boolean;
}
