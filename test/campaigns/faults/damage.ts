import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tutti } from '../../support/commandLine.ts';
import { temporaryDirectory } from '../../support/process.ts';
import { type Crowd, songs } from './crowd.ts';
import { comingBack, type Fault } from './fault.ts';
import type { Site } from './site.ts';

/**
 * What is kept is damaged while nothing runs. It is told, or what was lost is another history: nobody gets another text. Then
 * a backup from before is put back, and who was ahead of that brings what it lacks.
 */
export const damages: Fault[] = [
  damage('data-cut-short', ['embedded', 'redis'], (file) => truncateSync(file, Math.floor(statSync(file).size / 2))),
  damage('data-garbage', ['embedded', 'redis'], (file) =>
    writeFileSync(file, Buffer.alloc(statSync(file).size, 'garbage ')),
  ),
  damage('data-bits-flipped', ['embedded', 'redis'], (file, crowd) => {
    const bytes = readFileSync(file);
    const { acknowledged } = crowd.marks(0);
    const mark = crowd.random.pick(acknowledged.slice(-20));
    for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + 1))
      bytes[at + 1] = (bytes[at + 1] ?? 0) ^ 1;
    writeFileSync(file, bytes);
  }),
];

function damage(name: string, stores: Fault['stores'], harm: (file: string, crowd: Crowd) => void): Fault {
  return {
    name,
    stores,
    bound: comingBack,
    async strike(site, crowd) {
      const kept = site.store === 'redis' ? await redisFiles(site) : await folder(site);
      await crowd.goesOn();
      await crowd.rest();
      await site.kill();
      await kept.stop();
      // Who would bring back what is missing is not there.
      const truth = songs.map((_, song) => crowd.people.find((person) => person.song === song)?.room.text.text ?? '');
      for (const { proxy } of crowd.people) proxy.webSockets = 'refuse';
      harm(kept.file(), crowd);
      await isTold(site, kept.start, truth);
      await site.kill();
      await kept.stop();
      await kept.restore();
      await kept.start();
      await site.start();
      for (const { proxy } of crowd.people) proxy.webSockets = 'pass';
      crowd.begin();
    },
  };
}

/** Nothing starts, or says that a room is damaged; or it has less of it, in its order, and no letter that was never written. */
async function isTold(site: Site, start: () => Promise<void>, truth: string[]): Promise<void> {
  try {
    await start();
    await site.start();
  } catch (error) {
    assert.match((error as Error).message, /damaged|redis-server ended/, 'it does not start, and does not say why');
    return;
  }
  for (const [song, room_id] of songs.entries()) {
    const read = await site.read(site.server(0), room_id);
    if (typeof read === 'number') assert.equal(read, 503);
    else assert.ok(isPartOf(read, truth[song] ?? ''), `${room_id} reads what nobody wrote`);
  }
}

/** Lines of a text, in their order. */
function isPartOf(part: string, text: string): boolean {
  const lines = text.split('\n');
  let next = 0;
  return part.split('\n').every((line) => {
    next = lines.indexOf(line, next) + 1;
    return next > 0;
  });
}

interface Kept {
  /** The file that is damaged. */
  file(): string;
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Puts the backup back. */
  restore(): Promise<void>;
}

async function folder({ folder }: Site): Promise<Kept> {
  const backup = join(temporaryDirectory(), 'backup');
  await done('backup', '-d', folder, backup);
  return {
    file: () => join(folder, 'log.mdb'),
    stop: async () => {},
    start: async () => {},
    restore: () => done('restore', '--force', '-d', folder, backup),
  };
}

async function redisFiles({ redis }: Site): Promise<Kept> {
  const backup = temporaryDirectory();
  const place = redis.command('config', 'get', 'dir').split('\n')[1] ?? '';
  const files = join(place, 'appendonlydir');
  // As Redis's manual says: nothing is rewritten meanwhile, and what ends in the middle of a command ends before it.
  redis.command('config', 'set', 'auto-aof-rewrite-percentage', '0');
  cpSync(files, backup, { recursive: true });
  return {
    file: () => join(files, readdirSync(files).find((name) => name.endsWith('.incr.aof')) ?? assert.fail('no file')),
    stop: () => redis.kill(),
    start: async () => void (redis.isRunning || (await redis.start())),
    async restore() {
      rmSync(files, { recursive: true });
      cpSync(backup, files, { recursive: true });
    },
  };
}

/** Runs a command of tutti that succeeds. */
export async function done(...args: string[]): Promise<void> {
  const { code, stderr } = await tutti(args, { REDIS_URL: '' });
  assert.equal(code, 0, stderr);
}
