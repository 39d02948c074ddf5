import { Command } from 'commander';
import { configFromEnvironment } from '../config.ts';
import { restore } from '../logs/backup.ts';
import { roomsOf, tellDamage } from './examined.ts';

export const restoreCommand = new Command('restore')
  .description(
    'Put a backup that `tutti backup` made into a data folder, while no server has it. Of rooms in Redis it says what to do.',
  )
  .argument('<file>', 'the backup; it stays as it is')
  .option('-d, --data-dir <folder>', 'where rooms are to be kept (default: DATA_DIR, or ./data)')
  .option('--force', 'also where rooms are kept already: those are put aside, in a file that is named')
  .addHelpText(
    'after',
    `
Each room begins a new epoch: clients that know more of it than the backup join again, bring back what a song lacks of
what they have, and what they had not sent yet. What was revoked, blocked, kicked or erased after the backup was made is as
it was before: do it again.

Example:
  tutti restore --data-dir /var/lib/tutti /backups/songs-2026-11-26.backup`,
  )
  .action(run);

async function run(file: string, { dataDir, force }: { dataDir?: string; force?: true }): Promise<void> {
  const config = configFromEnvironment(process.env);
  if (config.redisUrl && dataDir === undefined) throw new Error(redisRestore);
  const folder = dataDir ?? config.dataDir;
  const restored = await restore(file, folder, force);
  const { before } = restored;
  console.log(`${folder}: ${roomsOf(restored)}, each in a new epoch`);
  tellDamage(restored);
  if (before !== undefined) console.log(`what was there before is ${before}`);
}

const redisRestore = `REDIS_URL is set, so rooms are in Redis, which is restored by its own means:
  1. stop all instances: what they have in memory would be taken for the newer history
  2. stop Redis, put the copy of its folder appendonlydir (or dump.rdb) in place, start it
  3. start the instances
With --data-dir it is a backup of the embedded store that is put into that folder.`;
