import { Command } from 'commander';
import { configFromEnvironment } from '../config.ts';
import { RedisLog } from '../logs/redis.ts';
import { defaultPrefix } from '../redis/prefix.ts';
import { Redis } from '../redis/redis.ts';

export const repairCommand = new Command('repair')
  .description(
    'Look for rooms of which Redis has lost a part. The named ones go on from what is left of them, in a new epoch; an instance that has more of one in memory brings that in.',
  )
  .argument('[room...]', 'as it is printed here, and in the log of the server')
  .addHelpText('after', '\nExamples:\n  tutti repair\n  tutti repair /song:42')
  .action(repair);

async function repair(rooms: string[]): Promise<void> {
  const { redisUrl, redisPrefix, redisWaitReplicas } = configFromEnvironment(process.env);
  if (!redisUrl) throw new Error('REDIS_URL is not set: only Redis loses a part of a room');
  const prefix = redisPrefix ?? defaultPrefix(redisUrl);
  const redis = new Redis({ urls: redisUrl, prefix, waitReplicas: redisWaitReplicas });
  const log = new RedisLog(redis);
  try {
    await redis.opened;
    if (rooms.length === 0) await list(log);
    for (const room of rooms) {
      const repaired = await log.repair(room);
      if (!repaired) console.log(`${room}: nothing is missing`);
      else console.log(`${room}: goes on from revision ${repaired.left} of ${repaired.had}`);
    }
  } finally {
    await log.close();
    await redis.close();
  }
}

async function list(log: RedisLog): Promise<void> {
  let count = 0;
  for await (const room of log.incomplete()) {
    console.log(room);
    count += 1;
  }
  console.log(count === 0 ? 'All rooms are whole.' : `\n${count} have lost a part. See tutti repair --help.`);
}
