import { program } from 'commander';
import { chaos } from '../support/chaos.ts';
import { Random } from '../support/random.ts';

program
  .name('npm run chaos --')
  .description(
    'Thirty people type in five songs at three instances that share a Redis, while instances, Redis and connections die, freeze and come back. Then every replica must equal the log, with each letter there once.',
  )
  .option('-n, --seeds <number>', 'how many runs', Number, 3)
  .option('-s, --seed <seed>', 'the first one’s; the others count on from it', Number)
  .option('-d, --seconds <seconds>', 'how long each takes', Number, 60)
  .option('-e, --events <number>', 'how much happens in each', Number, 12)
  .option('-v, --verbose', 'tell what happens')
  .parse();

const { seeds, seed, seconds, events, verbose } = program.opts<{
  seeds: number;
  seed?: number;
  seconds: number;
  events: number;
  verbose?: true;
}>();
const first = new Random(seed).seed;
console.log('seed         events   letters   revisions   settled after');
for (let run = 0; run < seeds; run++) {
  const random = new Random(first + run);
  const happened: string[] = [];
  const onEvent = (what: string) => {
    happened.push(what);
    if (verbose) console.log(`  ${what}`);
  };
  try {
    const { letters, revisions, settled } = await chaos({ random, seconds, events, people: 30, rooms: 5, onEvent });
    const columns = [events, letters, revisions, `${(settled / 1_000).toFixed(1)} s`];
    console.log([String(first + run).padEnd(10), ...columns.map((column) => String(column).padStart(9))].join(' '));
  } catch (error) {
    process.exitCode = 1;
    console.log(`${first + run}   FAILED: ${error instanceof Error ? (error.cause ?? error) : error}`);
    console.log(happened.map((what) => `  ${what}`).join('\n'));
  }
}
process.exit();
