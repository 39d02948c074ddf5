import { setTimeout as pause } from 'node:timers/promises';
import { program } from 'commander';
import { Random } from '../support/random.ts';
import { YjsHouse } from '../support/yjsHouse.ts';
import { session } from '../support/yjsSession.ts';

program
  .name('npm run sessions:yjs --')
  .description(
    'Sessions of five who write a document of Yjs on two instances with Redis, go offline and load their pages again, while instances and Redis die and Redis is put back to what it was. All must have the same in the end, nothing that was written may be lost, and it must be known by whom it is.',
  )
  .option('-n, --seeds <number>', 'how many sessions', Number, 200)
  .option('-s, --seed <seed>', 'the first one’s; the others count on from it', Number)
  .option('-a, --at-once <number>', 'how many go on at a time', Number, 10)
  .option('-e, --every <seconds>', 'how often something dies, or is put back', Number, 3)
  .parse();

const { seeds, seed, atOnce, every } = program.opts<{ seeds: number; seed?: number; atOnce: number; every: number }>();
const first = new Random(seed).seed;
const house = await YjsHouse.open();
const happened = new Map<string, number>();
let [begun, over, written] = [0, 0, 0];

const happening = (async () => {
  for (const random = new Random(first); over < seeds; await pause(every * 1_000)) {
    const what = await house.happen(random);
    happened.set(what, (happened.get(what) ?? 0) + 1);
  }
})();
await Promise.all(
  Array.from({ length: atOnce }, async () => {
    while (begun < seeds) {
      const random = new Random(first + begun++);
      try {
        const words = await session(random, `note:${random.seed}`, house.doors);
        written += words;
      } catch (error) {
        process.exitCode = 1;
        console.log(`${random.seed}   FAILED: ${error instanceof Error ? error.stack : error}`);
      }
      over += 1;
    }
  }),
);
await happening;
await house.end();
console.log(`${seeds} sessions from seed ${first}, in which ${written} words were written`);
for (const [what, times] of happened) console.log(`  ${what} ${times} times`);
process.exit();
