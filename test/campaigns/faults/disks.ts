import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { cleanup } from '../../support/cleanup.ts';
import { temporaryDirectory } from '../../support/process.ts';
import { smallDisk } from '../../support/smallDisk.ts';
import { until } from '../../support/until.ts';
import { comingBack, type Fault } from './fault.ts';
import type { Site } from './site.ts';

const mebibyte = 2 ** 20;

/** Disks that are full, or fail. Real ones: a tmpfs, an ext4 on a loop device, a limit that the kernel holds a process to. */
export const disks: Fault[] = [
  {
    name: 'disk-full',
    stores: ['embedded'],
    bound: 15,
    ground: async () => {
      const disk = smallDisk(64);
      const server = () => ({ env: { DATA_MIN_FREE_BYTES: String(8 * mebibyte) } });
      return 'path' in disk ? { folder: join(disk.path, 'data'), server } : disk;
    },
    /** Others fill it up to 1 MiB: what is written is refused, until there is room again. */
    async strike(site, crowd, seconds) {
      const others = join(site.folder, '..', 'others');
      fill(others, mebibyte);
      await until(() => crowd.people.every(({ waiting }) => waiting > 0));
      assert.equal((await condition(site)).status, 'degraded');
      await pause(seconds * 1_000);
      rmSync(others);
    },
  },
  {
    name: 'disk-full-at-once',
    stores: ['embedded'],
    bound: comingBack,
    ground: async () => {
      const disk = smallDisk(64);
      const server = () => ({ env: { DATA_MIN_FREE_BYTES: '0' } });
      return 'path' in disk ? { folder: join(disk.path, 'data'), server } : disk;
    },
    /** Others fill it to the last byte, and the server is not told to leave any: it may end, and is started again. */
    async strike(site, _crowd, seconds) {
      const others = join(site.folder, '..', 'others');
      fill(others, 0);
      await pause(seconds * 1_000);
      rmSync(others);
      await site.startEnded();
    },
  },
  {
    name: 'disk-full',
    stores: ['redis'],
    bound: 15,
    ground: async () => {
      const disk = smallDisk(64);
      return 'path' in disk ? { folder: disk.path, redis: ['--dir', disk.path] } : disk;
    },
    /** Redis’s disk is full: it ends, because it could not keep what it is told, and is started again when there is room. */
    async strike(site, _crowd, seconds) {
      const others = join(site.folder, 'others');
      fill(others, 0);
      await until(() => !site.redis.isRunning);
      await pause(seconds * 1_000);
      rmSync(others);
      await site.redis.start();
    },
  },
  {
    name: 'disk-errors',
    stores: ['embedded'],
    bound: comingBack,
    ground: async () => {
      const disk = failingDisk();
      const server = () => ({ env: { DATA_MIN_FREE_BYTES: '0' } });
      return 'path' in disk ? { folder: join(disk.path, 'data'), server } : disk;
    },
    /** Blocks can not be written (EIO): the server ends. The file system is checked and mounted anew, as after a crash. */
    async strike(site, _crowd, seconds) {
      const disk = failing.get(site.folder);
      assert.ok(disk);
      disk.fail();
      const load = join(site.folder, 'load');
      await until(
        () => spawnSync('dd', ['if=/dev/urandom', `of=${load}`, 'bs=1M', 'count=4', 'conv=fsync']).status !== 0,
      );
      await pause(seconds * 1_000);
      await site.kill();
      disk.mend();
      rmSync(load, { force: true });
      await site.start();
    },
  },
  {
    name: 'file-limit',
    stores: ['embedded'],
    bound: comingBack,
    ground: async () => {
      const { status } = spawnSync('prlimit', ['--version']);
      const server = () => ({ env: { DATA_MIN_FREE_BYTES: '0' } });
      return status === 0 ? { server } : { missing: 'no limit of a process: prlimit is missing' };
    },
    /** The data file may not grow any more (EFBIG, as of a quota): the server ends, and is started again without the limit. */
    async strike(site, crowd, seconds) {
      const { size } = statSync(join(site.folder, 'log.mdb'));
      execFileSync('prlimit', ['--pid', String(site.server(0).pid), `--fsize=${size}:${size}`]);
      const written = crowd.acknowledged;
      await pause(seconds * 1_000);
      assert.ok(crowd.acknowledged >= written);
      if (!(await site.startEnded())) {
        await site.kill();
        await site.start();
      }
    },
  },
];

/** Fills the disk on which a file is, but for so many bytes. */
export function fill(file: string, left: number): void {
  writeFileSync(file, '');
  for (const piece of [mebibyte, 4_096]) {
    for (;;) {
      const { bavail, bsize } = statfsSync(file);
      if (bavail * bsize < left + piece) break;
      writeFileSync(file, Buffer.alloc(piece), { flag: 'a' });
    }
  }
}

async function condition(site: Site): Promise<{ status: string }> {
  return (await fetch(`${site.server(0).url}/api/v1/ready`)).json();
}

interface FailingDisk {
  path: string;
  /** From here on its blocks can not be written. */
  fail(): void;
  /** They can again: it is checked, and mounted anew. */
  mend(): void;
}

/** By the folder in which the rooms are kept. */
const failing = new Map<string, FailingDisk>();

/** An ext4 in a file that has no room for all of it: what the file lacks is an error of the disk. */
function failingDisk(): FailingDisk | { missing: string } {
  const pool = smallDisk(48);
  if ('missing' in pool) return pool;
  const [image, others] = [join(pool.path, 'image'), join(pool.path, 'others')];
  const path = temporaryDirectory();
  const run = (command: string, ...args: string[]) => execFileSync(command, args, { stdio: 'pipe' });
  try {
    run('truncate', '-s', '256M', image);
    run('mkfs.ext4', '-q', '-F', image);
    run('mount', '-o', 'loop', image, path);
  } catch (error) {
    return { missing: `no failing disk: ${(error as Error).message.split('\n', 1)[0]}` };
  }
  cleanup(() => spawnSync('umount', [path]));
  const disk = {
    path,
    fail: () => fill(others, 0),
    mend() {
      rmSync(others);
      run('umount', path);
      // 1: errors were corrected.
      const { status } = spawnSync('e2fsck', ['-p', '-f', image]);
      assert.ok(status === 0 || status === 1, `e2fsck ends with ${status}`);
      run('mount', '-o', 'loop', image, path);
    },
  };
  failing.set(join(path, 'data'), disk);
  return disk;
}
