import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cleanup } from './cleanup.ts';
import { temporaryDirectory } from './process.ts';

/** A file system of so many MiB of its own, which goes with the test; or why there is none. */
export function smallDisk(mebibytes: number): { path: string } | { missing: string } {
  const path = temporaryDirectory();
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${Math.round(1024 * mebibytes)}k`, 'tmpfs', path], {
    encoding: 'utf8',
  });
  if (mounted.status !== 0) return { missing: `no small disk: mount needs root (${(mounted.stderr ?? '').trim()})` };
  cleanup(() => spawnSync('umount', ['-l', path]));
  return { path };
}

/** The same for a test that can not do without: it fails in one line where there is none. */
export function neededDisk(mebibytes: number): string {
  const disk = smallDisk(mebibytes);
  return 'path' in disk ? disk.path : assert.fail(disk.missing);
}
