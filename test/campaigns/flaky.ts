import { SingleBar } from 'cli-progress';
import { program } from 'commander';
import { readTrace } from '../../server/cli/trace.ts';
import { decodeOperation } from '../../shared/documents/text/operation.ts';
import { flakySession, type Keystroke } from '../support/flaky.ts';
import { Random } from '../support/random.ts';
import { startServer, tokenFor } from '../support/server.ts';

program
  .name('npm run flaky --')
  .description(
    'Types a recorded session through real clients and a real server, over connections that break again and again and lose answers. Then all replicas must equal the log, with every letter there once.',
  )
  .argument('<trace>', 'the recording; `npx tutti replay --help` says what it is')
  .option('-c, --cuts <number>', 'how many connections are broken', Number, 500)
  .option('-s, --seed <seed>', 'repeats a run', Number)
  .parse();

const { cuts, seed } = program.opts<{ cuts: number; seed?: number }>();
const [file] = program.args as [string];
const { operations } = readTrace(file);
const authors = [...new Set(operations.map(({ agent }) => agent))];
const limits = { max_operation_bytes: 2 ** 20, max_operation_parts: 10_000 };
const keystrokes = operations.map(({ agent, operation }): Keystroke => {
  const stroke = { author: authors.indexOf(agent), at: 0, deleted: 0, inserted: 0 };
  for (const part of decodeOperation(operation, limits)) {
    if (typeof part === 'number') stroke.at += stroke.deleted + stroke.inserted === 0 ? part : 0;
    else if (typeof part === 'string') stroke.inserted += [...part].length;
    else stroke.deleted += part.d;
  }
  return stroke;
});

const server = await startServer();
const random = new Random(seed);
const bar = new SingleBar({
  format: `seed ${random.seed} [{bar}] {value} of {total} keystrokes, {duration_formatted}`,
});
bar.start(keystrokes.length, 0);
const began = performance.now();
const text = await flakySession({
  url: server.url,
  tokens: authors.map((sub) => tokenFor({ sub })),
  room: 'song:flaky',
  keystrokes,
  count: keystrokes.length,
  cuts,
  random,
  onProgress: (done) => bar.update(done),
});
bar.update(keystrokes.length);
bar.stop();
const answer = await fetch(`${server.url}/api/v1/rooms/song:flaky?format=text`, {
  headers: { authorization: `Bearer ${tokenFor({ sub: 'reader' })}` },
});
if ((await answer.text()) !== text) throw new Error('the server has another text than the clients');
const seconds = ((performance.now() - began) / 1000).toFixed(0);
console.log(
  `${cuts} connections broken in ${seconds} s: ${authors.length} clients and the log are equal, nothing is lost or doubled`,
);
await server.close();
