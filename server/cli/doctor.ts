import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { isDemo } from '../access/demo.ts';
import { signToken } from '../access/signing.ts';
import { type Config, ConfigError, configFromEnvironment } from '../config.ts';
import { defaultPrefix } from '../redis/prefix.ts';
import { examineConfiguration } from './doctor/configuration.ts';
import { examineData } from './doctor/data.ts';
import { type Finding, wrong } from './doctor/finding.ts';
import { examineRedis } from './doctor/redis.ts';
import { examineServer } from './doctor/running.ts';
import { type PlaceOptions, placeFrom, withPlaceOptions } from './place.ts';
import { printable } from './printable.ts';

export const doctorCommand = withPlaceOptions(new Command('doctor'))
  .description(
    'Look at the configuration in the environment, at Redis and at a running server, and say in plain words what is wrong. The exit code is 1 where something is.',
  )
  .option('-u, --url <url>', 'the server, or what stands before it (default: the PORT of this machine)')
  .option('-o, --origin <origin>', 'of a page that is to use it, such as https://songs.example')
  .option('-t, --token <token>', 'one that it should take (default: one made as `tutti token` would)')
  .option('--offline', 'look at the configuration alone')
  .option('--data <folder>', 'walk through all rooms that are kept there, and look at nothing else')
  .addHelpText(
    'after',
    `
Examples:
  tutti doctor
  NODE_ENV=production tutti doctor --offline
  tutti doctor --data /var/lib/tutti
  tutti doctor --url https://songs.example --origin https://band.example`,
  )
  .action(examine);

interface DoctorOptions extends PlaceOptions {
  url?: string;
  origin?: string;
  token?: string;
  offline?: true;
  data?: string;
}

const marks: Record<Finding['state'], string> = { fine: '✓', doubtful: '!', wrong: '✗' };

async function examine(options: DoctorOptions): Promise<void> {
  const counts = { fine: 0, doubtful: 0, wrong: 0 };
  for await (const { state, text, advice } of findings(options)) {
    counts[state] += 1;
    console.log(printable(`${marks[state]} ${text}`));
    if (advice !== undefined) console.log(printable(`    → ${advice}`));
  }
  const { doubtful, wrong } = counts;
  if (wrong > 0) process.exitCode = 1;
  console.log(
    `\n${wrong === 0 ? 'Nothing is wrong' : `${wrong} wrong`}${doubtful > 0 ? `, ${doubtful} to consider` : ''}.`,
  );
}

async function* findings(options: DoctorOptions): AsyncGenerator<Finding> {
  const { url, origin, token, offline, data } = options;
  if (data !== undefined) {
    yield* examineData(data);
    return;
  }
  let config: Config;
  try {
    config = configFromEnvironment(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    yield wrong(error.message, 'correct it: the server does not start so');
    return;
  }
  const isProduction = process.env.NODE_ENV === 'production';
  yield* examineConfiguration(config, isProduction);
  if (offline) return;
  const { redisUrl = [], redisPrefix } = config;
  for (const redis of redisUrl) yield* examineRedis(redis, redisPrefix ?? defaultPrefix(redisUrl));
  yield* examineServer({
    url: url ?? `http://localhost:${config.port}`,
    place: placeFrom(options),
    origin,
    token: token ?? tokenOf(config, isProduction),
  });
}

/** Only who has a secret can sign; and one who only looks makes none. */
function tokenOf(config: Config, isProduction: boolean): string | undefined {
  const hasDemoSecret = isDemo(config) && !isProduction && existsSync(join(config.dataDir, 'demo-secret'));
  if (!config.jwtSecret && !hasDemoSecret) return undefined;
  return signToken(config, { sub: 'tutti-doctor', rooms: {} }, '1m');
}
