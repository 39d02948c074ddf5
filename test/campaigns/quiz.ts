import { program } from 'commander';
import { printTable, show } from '../bench/figures.ts';
import { CpuClock, onCore } from '../bench/machine.ts';
import { startServer, temporaryDirectory, token } from '../support/process.ts';
import { Quiz } from '../support/quiz.ts';

program
  .name('npm run quiz --')
  .description(
    'One session with many participants: all come in at once, and then the scores change. Everyone must hold the same in the end, and what the coming in costs must grow as the people do, not as their square: it is done with half as many too.',
  )
  .option('-p, --participants <number>', 'how many', Number, 1_000)
  .option('-d, --seconds <seconds>', 'how long scores change', Number, 20)
  .option('-r, --rate <number>', 'how often a second', Number, 5)
  .parse();

const { participants, seconds, rate } = program.opts<{ participants: number; seconds: number; rate: number }>();

/** A quiz on a server of its own, up to the point at which everyone is in, and what that took in bytes a person. */
async function gather(count: number) {
  const limits = Object.fromEntries(
    ['CONNECTIONS', 'JOINS', 'OPERATIONS', 'CURSORS', 'MESSAGES'].map((name) => [`LIMIT_${name}`, '0']),
  );
  const caps = { MAX_PARTICIPANTS_PER_ROOM: String(count), MAX_CONNECTIONS_PER_IP: String(count) };
  const server = await startServer({ ...limits, ...caps, DATA_DIR: temporaryDirectory() }, onCore(0));
  const quiz = new Quiz({
    url: server.url,
    tokenFor: (claims) => token(claims as { sub: string }),
    participants: count,
  });
  await quiz.gather();
  const bytes = (await quiz.join()) / count;
  return { server, quiz, bytes };
}

const half = await gather(Math.round(participants / 2));
await half.server.stop();
const { server, quiz, bytes } = await gather(participants);
const cpu = new CpuClock(server.pid);
const before = cpu.read();
await quiz.play(seconds, rate);
const spent = cpu.read() - before;
await server.stop();

const { reach, latency, delivered, contents } = quiz;
const p99 = latency.percentile(99) / 1000;
printTable([
  ['participants', String(participants)],
  ['bytes a person, coming in', `${show(bytes)}, of half as many ${show(half.bytes)}`],
  ['scores sent', String(quiz.sent)],
  ['scores delivered', String(delivered)],
  ['reach', `${show(reach * 100)} %`],
  ['p50, p99', `${show(latency.percentile(50) / 1000)} ms, ${show(p99)} ms`],
  ['CPU a delivery', `${show(spent / delivered)} µs`],
  ['different contents', String(contents.length)],
]);
const problems = [
  ...(reach === 1 ? [] : ['not everyone was reached']),
  ...(contents.length === 1 ? [] : ['not everyone holds the same']),
  ...(p99 < 500 ? [] : ['p99 is over 500 ms']),
  ...(bytes < 1.5 * half.bytes ? [] : ['coming in costs more than in proportion to people']),
];
for (const problem of problems) console.error(problem);
process.exit(problems.length > 0 ? 1 : 0);
