import { Command } from 'commander';
import { configFromEnvironment } from '../config.ts';
import { backUp } from '../logs/backup.ts';
import { roomsOf, tellDamage } from './examined.ts';

export const backupCommand = new Command('backup')
  .description(
    'Copy all rooms of the embedded store into one file, also while the server runs. Of rooms in Redis it says what to do.',
  )
  .argument('<file>', 'where to, such as songs.backup')
  .option('-d, --data-dir <folder>', 'where rooms are kept (default: DATA_DIR, or ./data)')
  .option('--force', 'in place of a file that is there')
  .addHelpText(
    'after',
    `
What has been acknowledged before it begins is in it. It reads the folder alone: run it where the server runs, as its
user. Put it back with \`tutti restore\`, and try that now and then.

Example:
  tutti backup --data-dir /var/lib/tutti /backups/songs-$(date +%F).backup`,
  )
  .action(run);

async function run(file: string, { dataDir, force }: { dataDir?: string; force?: true }): Promise<void> {
  const config = configFromEnvironment(process.env);
  if (config.redisUrl && dataDir === undefined) throw new Error(redisBackup);
  // What people write is for nobody else on this machine.
  process.umask(0o077);
  const copied = await backUp(dataDir ?? config.dataDir, file, force);
  console.log(`${file}: ${roomsOf(copied)}, ${(copied.bytes / 1e6).toFixed(1)} MB`);
  tellDamage(copied);
}

const redisBackup = `REDIS_URL is set, so rooms are in Redis, which makes its own backups. On each master:
  1. CONFIG SET auto-aof-rewrite-percentage 0, and wait until INFO persistence has aof_rewrite_in_progress:0
  2. copy its folder appendonlydir (where appendonly is no: BGSAVE, then copy dump.rdb)
  3. set auto-aof-rewrite-percentage to what it was (100)
With --data-dir it is the rooms in that folder that are copied.`;
