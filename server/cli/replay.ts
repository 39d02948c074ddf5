import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { SingleBar } from 'cli-progress';
import { Command } from 'commander';
import { signToken } from '../access/signing.ts';
import { configFromEnvironment } from '../config.ts';
import { Agent, type Answer } from './agent.ts';
import { type PlaceOptions, placeFrom, withPlaceOptions } from './place.ts';
import { printable } from './printable.ts';
import { readTrace, type Trace, textOf } from './trace.ts';

export const replayCommand = withPlaceOptions(new Command('replay'))
  .description(
    'Replay a recorded editing session against a running server, one plain socket.io-client per author, and check\nthat every operation makes the revision it made then and that the song is right to the letter at the end.',
  )
  .argument('<file>', 'the trace, *.jsonl or *.json, gzipped or not')
  .option('-u, --url <urls...>', 'the server; of several instances authors take one each, in turns', [
    'http://localhost:3000',
  ])
  .option('-r, --room <room>', 'the song, which must be new', `song:replay-${Date.now().toString(36)}`)
  .option('-x, --expect <file>', 'compare the text at the end with this file too')
  .option('-t, --token <token>', 'for all authors (default: one made for each, as `tutti token` would)')
  .option('-w, --window <number>', 'how many operations may wait for their answers', Number, 256)
  .addHelpText(
    'after',
    '\nExample:\n  LIMIT_OPERATIONS=0 tutti serve &\n  tutti replay session.jsonl.gz --expect session.txt',
  )
  .action(replay);

interface ReplayOptions extends PlaceOptions {
  url: string[];
  room: string;
  window: number;
  expect?: string;
  token?: string;
}

async function replay(file: string, options: ReplayOptions): Promise<void> {
  const { url, room, expect, token, window } = options;
  const place = placeFrom(options);
  const trace = readTrace(file);
  const expectations: [name: string, text: string][] = [
    ['the document type alone', textOf(trace)],
    ...(trace.expected === undefined ? [] : [['the trace', trace.expected] as [string, string]]),
    ...(expect === undefined ? [] : [[expect, readFileSync(expect, 'utf8')] as [string, string]]),
  ];
  const config = configFromEnvironment(process.env);
  const names = [...new Set(trace.operations.map(({ agent }) => agent))];
  const agents = new Map<string, Agent>();
  try {
    for (const [index, name] of names.entries()) {
      const own = token ?? signToken(config, { sub: `replay-${name}`, rooms: { [room]: 'editor' } });
      agents.set(name, await Agent.join({ ...place, url: url[index % url.length] ?? '' }, own, room, name));
    }
    console.log(
      `${trace.operations.length} operations of ${names.length} authors into ${room} at ${url.join(' and ')}`,
    );
    hintAtLimit(agents, trace);
    const figures = await send(trace, agents, window);
    await report(figures, agents, trace, expectations);
  } finally {
    for (const agent of agents.values()) agent.close();
  }
}

interface Figures {
  seconds: number;
  waited: number;
  latencies: number[];
}

/** Sends the operations in their order: one author's in a row together, the next author's when those are answered. */
async function send(trace: Trace, agents: Map<string, Agent>, window: number): Promise<Figures> {
  const { operations } = trace;
  const bar = new SingleBar({ format: '{bar} {percentage} % | {value}/{total} | {rate}/s', noTTYOutput: false });
  const began = performance.now();
  const latencies: number[] = [];
  let waited = 0;
  bar.start(operations.length, 0, { rate: 0 });
  try {
    for (let next = 0; next < operations.length; ) {
      const run = takeRun(trace, next, window);
      const agent = agents.get(run[0]?.agent ?? '');
      if (!agent) throw new Error('the trace names no author');
      await agent.reached(Math.min(next, Math.max(...run.map(({ base }) => base))));
      const answers = await Promise.all(run.map(({ operation, base }) => agent.send(operation, base)));
      const landed = countLanded(answers, next);
      for (const answer of answers.slice(0, landed)) latencies.push(answer.milliseconds);
      agent.sequence -= answers.length - landed;
      next += landed;
      const refused = answers[landed];
      if (refused && !refused.ok) {
        const retryAfter = refused.error.retry_after_ms;
        if (retryAfter === undefined) throw new Error(`operation ${next} was refused: ${refused.error.message}`);
        await wait(retryAfter);
        waited += retryAfter / 1000;
      }
      bar.update(next, { rate: Math.round((next / (performance.now() - began)) * 1000) });
    }
  } finally {
    bar.stop();
  }
  return { seconds: (performance.now() - began) / 1000, waited, latencies };
}

/** The next operations that are one author's. */
function takeRun({ operations }: Trace, from: number, window: number) {
  const agent = operations[from]?.agent;
  const other = operations.findIndex((operation, index) => index >= from && operation.agent !== agent);
  return operations.slice(from, Math.min(from + window, other < 0 ? operations.length : other));
}

/** How many of the answers say what the trace says. Throws an Error where one names another revision. */
function countLanded(answers: Answer[], from: number): number {
  const refused = answers.findIndex(({ ok }) => !ok);
  const landed = refused < 0 ? answers.length : refused;
  for (const [index, answer] of answers.slice(0, landed).entries()) {
    if (answer.ok && answer.revision !== from + index + 1) {
      throw new Error(`operation ${from + index} made revision ${answer.revision}, the trace says ${from + index + 1}`);
    }
  }
  return landed;
}

function hintAtLimit(agents: Map<string, Agent>, { operations }: Trace): void {
  const limit = [...agents.values()][0]?.operationLimit;
  if (!limit || limit.points === 0) return;
  const perAgent = Math.max(
    ...[...agents.keys()].map((name) => operations.filter(({ agent }) => agent === name).length),
  );
  if (perAgent <= limit.points) return;
  const minutes = Math.round((perAgent / limit.points) * (limit.seconds / 60));
  console.log(
    `the server takes ${limit.points} operations in ${limit.seconds} s from a user: this will take some ${minutes} minutes.\n` +
      'hint: start it with LIMIT_OPERATIONS=0 to replay at full speed',
  );
}

async function report(
  { seconds, waited, latencies }: Figures,
  agents: Map<string, Agent>,
  { operations }: Trace,
  expectations: [name: string, text: string][],
): Promise<void> {
  const sorted = latencies.sort((one, other) => one - other);
  const quantile = (share: number) => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(1);
  console.log(
    `${seconds.toFixed(1)} s, ${Math.round(operations.length / seconds)} operations/s` +
      `${waited > 0 ? `, of which ${waited.toFixed(1)} s waiting for limits` : ''}; ` +
      `answered after ${quantile(0.5)} ms (median), ${quantile(0.99)} ms (99 %)`,
  );
  for (const [name, agent] of agents) {
    const { revision, text } = await agent.finish(operations.length);
    if (revision !== operations.length)
      throw new Error(`${name} is at revision ${revision}, expected ${operations.length}`);
    for (const [source, expected] of expectations) {
      if (text !== expected)
        throw new Error(`${name}: the text differs from that of ${source} ${firstDifference(String(text), expected)}`);
    }
  }
  const sources = expectations.map(([source]) => source).join(', ');
  console.log(
    printable(`every operation made the revision of the trace, and the text is to the letter that of: ${sources}`),
  );
}

function firstDifference(text: string, expected: string): string {
  let at = 0;
  while (text[at] === expected[at]) at++;
  return `at ${at}: ${JSON.stringify(text.slice(at, at + 20))}, expected ${JSON.stringify(expected.slice(at, at + 20))}`;
}
