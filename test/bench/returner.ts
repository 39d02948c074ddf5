/** All who come back to a server at once, in a process of its own: takes a Job as JSON in its argument, prints a Return as JSON. */
import { setTimeout as pause } from 'node:timers/promises';
import type { ClientToServerEvents, ServerToClientEvents, Since } from '../../shared/events.ts';
import { cpuOf } from './machine.ts';
import type { RelayClientEvents, RelayServerEvents } from './relay.ts';
import { type TargetName, targets } from './targets.ts';
import type { Wire } from './wire.ts';

export interface Job {
  target: TargetName;
  server: { url: string; pid: number };
  count: number;
  /** How often they lose their connections. The last time counts: before that, the server has optimized itself. */
  storms: number;
}

export interface Return {
  /** Microseconds. */
  cpu_of_each: number;
  /** Until the last is back in its room. */
  seconds: number;
  generator_load: number;
  refused: number;
}

/** How many share a room. */
const members = 5;
/** How many come at once in the beginning. */
const atOnce = 50;
/** How long a server goes on with what comes after a join, in milliseconds. */
const afterwards = 500;

const job: Job = JSON.parse(process.argv[2] ?? '');
const isRelay = job.target.startsWith('relay');
console.log(JSON.stringify(await measure(job)));
process.exit();

interface Person {
  user_id: string;
  room_id: string;
  since?: Since;
  connection?: { close(): void };
}

async function measure({ server, count, storms }: Job): Promise<Return> {
  const people: Person[] = Array.from({ length: count }, (_, n) => ({
    user_id: `${n}`,
    room_id: `song:${Math.floor(n / members)}`,
  }));
  const next = people.values();
  const comeAfterEachOther = async () => {
    for (const person of next) await come(person);
  };
  await Promise.all(Array.from({ length: atOnce }, comeAfterEachOther));
  let back = await storm(people, server);
  for (let done = 1; done < storms; done++) back = await storm(people, server);
  return back;
}

async function storm(people: Person[], server: { pid: number }): Promise<Return> {
  for (const { connection } of people) connection?.close();
  await pause(2 * afterwards);
  const [serverClock, generatorClock] = [cpuOf([server]), cpuOf([process])];
  const read = () => ({ time: performance.now(), server: serverClock(), generator: generatorClock() });
  const before = read();
  const outcomes = await Promise.allSettled(people.map(come));
  const { time, generator } = read();
  await pause(afterwards);
  return {
    cpu_of_each: (serverClock() - before.server) / people.length,
    seconds: (time - before.time) / 1_000,
    generator_load: (generator - before.generator) / (1_000 * (time - before.time)),
    refused: outcomes.filter(({ status }) => status === 'rejected').length,
  };
}

/** Comes, and joins its room with what it has of it. */
async function come(person: Person): Promise<void> {
  const { user_id, room_id, since } = person;
  const entered = await targets[job.target].enter(job.server.url, user_id);
  person.connection = entered;
  if (isRelay) {
    await (entered as Wire<RelayServerEvents, RelayClientEvents>).ask('join', room_id);
    return;
  }
  const wire = entered as Wire<ServerToClientEvents, ClientToServerEvents>;
  const joined = await wire.ask('join_room', { room_id, client_id: user_id, ...(since && { since }) });
  if (!joined.ok) throw new Error(joined.error.message);
  const { epoch, revision, proof } = joined;
  person.since = { epoch, revision, proof };
}
