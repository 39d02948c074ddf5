/**
 * What others notice of an attack, in a process of its own, so that it has a clock that the attack does not hold up: the
 * neighbours, whose pings are timed; good users of another tenant, who write, join and come; and the same neighbours at a
 * server that nobody attacks, which tells how far the machine itself can be trusted. Takes an ObserverJob as JSON in its
 * argument, and from then on the name of what happens now; answers `report` with what was noticed in each.
 */
import { setTimeout as pause } from 'node:timers/promises';
import jwt from 'jsonwebtoken';
import { percentile } from '../../bench/figures.ts';
import { token } from '../../support/process.ts';
import { Connection } from './connection.ts';

export interface ObserverJob {
  url: string;
  /** A server that nobody attacks. */
  idle: string;
  /** A private key by which, from the sixth second of the attack on, the tokens of those who are new are signed. */
  key?: { kid: string; pem: string };
}

export type Phase = 'warm' | 'quiet' | 'attack' | 'after';

export interface Noticed {
  /** Milliseconds by which a ping took longer than one to the idle server that was sent in the same moment. */
  ping: Figures;
  /** Milliseconds that one to the idle server took: the machine's and the observer's own. */
  idle: Figures;
  /** What good users tried, and why it failed where it did. */
  tried: number;
  failures: string[];
}

export interface Figures {
  p50: number;
  p99: number;
  max: number;
  count: number;
}

export type Report = Partial<Record<Phase, Noticed>>;

/** How many neighbours there are, and how often each pings: within the default limits. */
const neighbours = 20;
const pingEvery = 200;
/** How often a good user writes, joins a song, and another one comes, in milliseconds. */
const every = { write: 250, join: 1_000, come: 1_000 };
/** From when on a key is used that the server does not know, in milliseconds after the attack began. */
const keyAfter = 6_000;
const where = { localAddress: '127.0.0.1', headers: { 'X-Forwarded-For': '198.51.100.7' } };
const claims = { org_id: 'good', rooms: { 'song:*': 'editor' } };

/** What is noticed of one phase, as it comes. */
class Notes {
  readonly began = performance.now();
  readonly pings: number[] = [];
  readonly idle: number[] = [];
  readonly failures: string[] = [];
  tried = 0;

  get noticed(): Noticed {
    const { pings, idle, tried, failures } = this;
    return { ping: figuresOf(pings), idle: figuresOf(idle), tried, failures };
  }
}

function figuresOf(latencies: number[]): Figures {
  const at = (percent: number) => (latencies.length === 0 ? 0 : percentile(latencies, percent));
  return { p50: at(50), p99: at(99), max: at(100), count: latencies.length };
}

const job: ObserverJob = JSON.parse(process.argv[2] ?? '');
const notes = new Map<Phase, Notes>([['warm', new Notes()]]);
let phase: Phase = 'warm';
const now = () => notes.get(phase) as Notes;

/** What is not answered yet. */
const underWay = new Set<Promise<unknown>>();

process.on('message', async (message: Phase | 'report') => {
  if (message === 'report') {
    await Promise.all(underWay);
    process.send?.(Object.fromEntries([...notes].map(([name, noted]) => [name, noted.noticed])));
    return;
  }
  phase = message;
  notes.set(phase, new Notes());
});
process.on('disconnect', () => process.exit());

await Promise.all(Array.from({ length: neighbours }, (_, index) => neighbour(index)));
const writer = goodUser('ann', 'song:good');
repeat(every.write, () =>
  attempt('write', writer, 'collaboration_operation', { room_id: 'song:good', operation: ['x'] }),
);
let songs = 0;
const reader = goodUser('ben', undefined);
repeat(every.join, async () => {
  const room_id = `song:good-${songs++ % 20}`;
  if (await attempt('join', reader, 'join_room', { room_id })) (await reader())?.emit('leave_room', { room_id });
});
let newcomers = 0;
repeat(every.come, come);
process.send?.('ready');

/** Pings both servers by the clock, whatever became of the pings before; comes back where it is cut off. */
async function neighbour(index: number): Promise<void> {
  const bearer = token({ sub: `neighbour-${index}`, ...claims });
  const at = (url: string) => comingBack(() => Connection.enter({ url, ...where }, bearer));
  const [attacked, idle] = [at(job.url), at(job.idle)];
  await Promise.all([attacked(), idle()]);
  await pause((index * pingEvery) / neighbours);
  repeat(pingEvery, async () => {
    const noted = now();
    const [took, tookIdle] = await Promise.all([ping(attacked, noted, 'ping'), ping(idle, noted, 'idle server')]);
    noted.pings.push(Math.max(0, took - tookIdle));
    noted.idle.push(tookIdle);
  });
}

/** Milliseconds that a ping takes, or for how long its answer was awaited. */
async function ping(user: () => Promise<Connection | undefined>, noted: Notes, what: string): Promise<number> {
  const began = performance.now();
  noted.tried += 1;
  const connection = await user();
  const answer = await connection?.ask('ping', {});
  if (!answer?.ok) noted.failures.push(`${what}: ${answer?.text.slice(0, 200) ?? 'no connection'}`);
  return performance.now() - began;
}

/** A good user who comes back where it is cut off, which counts as a failure. */
function goodUser(sub: string, room_id: string | undefined): () => Promise<Connection | undefined> {
  return comingBack(async () => {
    const connection = await Connection.enter({ url: job.url, ...where }, token({ sub, ...claims }));
    if (room_id) await connection.ask('join_room', { room_id });
    return connection;
  });
}

function comingBack(enter: () => Promise<Connection>): () => Promise<Connection | undefined> {
  let coming: Promise<Connection | undefined> | undefined;
  const begin = () => {
    coming = enter().then(
      (connection) => {
        connection.closed.then(() => {
          coming = undefined;
          fail('stay', 'cut off');
        });
        return connection;
      },
      (error: Error) => {
        coming = undefined;
        fail('come back', error.message);
        return undefined;
      },
    );
    return coming;
  };
  return () => coming ?? begin();
}

async function attempt(
  what: string,
  user: () => Promise<Connection | undefined>,
  event: string,
  payload: object,
): Promise<boolean> {
  const noted = now();
  noted.tried += 1;
  const answer = await (await user())?.ask(event, payload);
  if (answer?.ok) return true;
  noted.failures.push(`${what}: ${answer?.text.slice(0, 200) ?? 'no connection'}`);
  return false;
}

/** Somebody new comes, joins a song, and goes. */
async function come(): Promise<void> {
  const noted = now();
  noted.tried += 1;
  const sub = `new-${newcomers++}`;
  const isLate = phase === 'attack' && performance.now() - noted.began > keyAfter;
  const bearer =
    job.key && isLate
      ? jwt.sign({ sub, ...claims }, job.key.pem, { algorithm: 'RS256', keyid: job.key.kid })
      : token({ sub, ...claims });
  try {
    const connection = await Connection.enter({ url: job.url, ...where }, bearer);
    const { ok, text } = await connection.ask('join_room', { room_id: 'song:good' });
    if (!ok) noted.failures.push(`new, join: ${text.slice(0, 200)}`);
    connection.end();
  } catch (error) {
    noted.failures.push(`new${job.key && isLate ? ', with a new key' : ''}: ${(error as Error).message.slice(0, 200)}`);
  }
}

function fail(what: string, why: string): void {
  now().failures.push(`${what}: ${why}`);
}

function repeat(milliseconds: number, act: () => Promise<unknown>): void {
  const begin = () => {
    const acting = act().finally(() => underWay.delete(acting));
    underWay.add(acting);
  };
  begin();
  setInterval(begin, milliseconds);
}
