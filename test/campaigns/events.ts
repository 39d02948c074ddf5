import { program } from 'commander';
import { countUnderKills } from '../support/eventsKilled.ts';
import { Random } from '../support/random.ts';

program
  .name('npm run events --')
  .description(
    'People count by durable events in a room at two instances that share a Redis, and so does the application, while one instance after the other is killed, pages are loaded anew and the server’s own listener begins again. Then each number was heard once by everyone, in the order of the log.',
  )
  .option('-k, --kills <number>', 'how many instances are killed', Number, 100)
  .option('-p, --people <number>', 'how many count', Number, 4)
  .option('-s, --seed <seed>', 'of what happens', Number)
  .parse();

const { kills, people, seed } = program.opts<{ kills: number; people: number; seed?: number }>();
const random = new Random(seed);
console.log(`seed ${random.seed}`);
try {
  const { events, reloads, resumed, settled } = await countUnderKills({
    random,
    kills,
    people,
    onKill: (kill, heard) => kill % 25 === 0 && console.log(`${kill} kills, ${heard} events`),
  });
  console.log(
    `${kills} kills, ${reloads} reloads, ${resumed} times followed anew: ${events} events, each heard once by`,
  );
  console.log(`${people} people and the server, in one order; settled after ${(settled / 1_000).toFixed(1)} s`);
} catch (error) {
  process.exitCode = 1;
  console.log(`FAILED: ${error instanceof Error ? (error.cause ?? error) : error}`);
}
process.exit();
