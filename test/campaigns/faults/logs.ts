import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { io } from 'socket.io-client';
import { temporaryDirectory } from '../../support/process.ts';
import { smallDisk } from '../../support/smallDisk.ts';
import { fill } from './disks.ts';
import { comingBack, type Fault } from './fault.ts';
import type { Ground } from './ground.ts';
import type { Site } from './site.ts';

/** What the server tells has nowhere to go: nothing waits for it. */
export const logs: Fault[] = [
  stuck('log-stuck', pipe, toStandardError),
  stuck('log-disk-full', fullDisk, toStandardError),
  stuck('audit-stuck', pipe, toAudit),
  stuck('audit-disk-full', fullDisk, toAudit),
];

type Place = { path: string } | { missing: string };
type Settings = ReturnType<NonNullable<Ground['server']>>;

function stuck(name: string, place: () => Place, write: (path: string) => Settings): Fault {
  let path = '';
  return {
    name,
    stores: ['embedded'],
    bound: comingBack,
    async ground() {
      const made = place();
      if ('missing' in made) return made;
      ({ path } = made);
      return { server: () => write(made.path) };
    },
    /** Lines are written, of tokens that are refused, many more than a pipe or the disk takes; people write all the while. */
    async strike(site, crowd, seconds) {
      const others = join(path, '..', 'others');
      const isFile = path.endsWith('.log');
      if (isFile) fill(others, 0);
      const end = performance.now() + seconds * 1_000;
      for (let refused = 0; refused < 3_000 || performance.now() < end; refused += 100) await refuse(site, 100);
      await crowd.goesOn();
      const began = performance.now();
      assert.deepEqual(await site.stop(), [0], 'it ends well');
      assert.ok(performance.now() - began < 5_000, 'it ends in time');
      if (existsSync(others)) rmSync(others);
      await pause(100);
      await site.start();
    },
  };
}

/** Standard error goes there; a pipe is open at both ends, so that nobody has to read it. */
function toStandardError(path: string): Settings {
  return { env: { LOG_LEVEL: 'trace' }, runner: ['sh', '-c', 'exec "$@" 2<>"$0"', path] };
}

function toAudit(path: string): Settings {
  return { env: { AUDIT_LOG: path } };
}

function pipe(): Place {
  const path = join(temporaryDirectory(), 'pipe');
  execFileSync('mkfifo', [path]);
  return { path };
}

function fullDisk(): Place {
  const disk = smallDisk(1);
  return 'path' in disk ? { path: join(disk.path, 'a.log') } : disk;
}

/** So many handshakes without a token. */
async function refuse(site: Site, times: number): Promise<void> {
  const { url } = site.server(0);
  const one = () =>
    new Promise<void>((resolve) => {
      const socket = io(url, {
        transports: ['websocket'],
        reconnection: false,
        forceNew: true,
        auth: { token: 'none' },
      });
      socket.once('connect_error', () => {
        socket.close();
        resolve();
      });
    });
  await Promise.all(Array.from({ length: times }, one));
}
