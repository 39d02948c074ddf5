import { readFileSync, readlinkSync } from 'node:fs';

/** Where the system says what the calling thread has worked, on Linux; undefined elsewhere. */
export function threadName(): string | undefined {
  try {
    return readlinkSync('/proc/thread-self');
  } catch {
    return undefined;
  }
}

/** How many milliseconds a thread has worked, which is less than has passed where others had its processor; undefined where nobody says. */
export function threadTime(name: string | undefined): number | undefined {
  try {
    return name === undefined ? undefined : Number(readFileSync(`/proc/${name}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  } catch {
    return undefined;
  }
}
