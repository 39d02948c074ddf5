/** Shakes hands with a server, a process of its own: takes a Job as JSON in its argument, prints Handshakes as JSON. */
import { setTimeout as pause } from 'node:timers/promises';
import { cpuOf } from './machine.ts';
import type { Observer } from './target.ts';
import { type TargetName, targets } from './targets.ts';

export interface Job {
  target: TargetName;
  server: { url: string; pid: number };
  /** Connections of a wave, five to a room. */
  wave: number;
  /** How long waves follow each other, and how long before that others which do not count. */
  seconds: number;
  warmUp: number;
}

export interface Handshakes {
  count: number;
  per_cpu_second: number;
  server_load: number;
  generator_load: number;
}

/** How many share a room. */
const members = 5;
const observer: Observer = {
  arrived() {},
  moved() {},
  refused(reason) {
    throw new Error(reason);
  },
};
/** Handshakes under way at once. */
const atOnce = 50;
/** How long a server goes on with what comes after a handshake, such as opening an inbox, in milliseconds. */
const afterwards = 300;

let users = 0;
const job: Job = JSON.parse(process.argv[2] ?? '');
console.log(JSON.stringify(await measure(job)));
process.exit();

async function measure({ target, server, wave, seconds, warmUp }: Job): Promise<Handshakes> {
  const read = () => ({ time: performance.now() * 1000, server: serverClock(), generator: generatorClock() });
  const serverClock = cpuOf([server]);
  const generatorClock = cpuOf([process]);
  const sum = { count: 0, time: 0, server: 0, generator: 0 };
  for (const end = secondsFromNow(warmUp); performance.now() < end; ) (await come(target, server.url, wave))();
  for (const end = secondsFromNow(seconds); performance.now() < end; ) {
    await pause(afterwards);
    const before = read();
    const leave = await come(target, server.url, wave);
    await pause(afterwards);
    const after = read();
    leave();
    sum.count += wave;
    sum.time += after.time - before.time - afterwards * 1000;
    sum.server += after.server - before.server;
    sum.generator += after.generator - before.generator;
  }
  return {
    count: sum.count,
    per_cpu_second: (sum.count / sum.server) * 1e6,
    server_load: sum.server / sum.time,
    generator_load: sum.generator / sum.time,
  };
}

function secondsFromNow(seconds: number): number {
  return performance.now() + seconds * 1000;
}

/** Everyone is a user who was not there before, and joins a room. Returns how they go again. */
async function come(target: TargetName, url: string, wave: number): Promise<() => void> {
  const connections: { close(): void }[] = [];
  const last = users + wave;
  const comeAfterEachOther = async () => {
    while (users < last) {
      const seat = { client_id: `${users}`, room_id: `song:${Math.floor(users++ / members)}` };
      connections.push(await targets[target].connect(url, seat, observer));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, comeAfterEachOther));
  return () => {
    for (const connection of connections) connection.close();
  };
}
