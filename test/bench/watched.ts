import { setTimeout as pause } from 'node:timers/promises';
import { Inspector } from '../support/inspector.ts';
import type { ServerProcess } from '../support/process.ts';
import { Crowd, type Load } from './crowd.ts';
import { busy, moving, small } from './load.ts';
import { cpuOf } from './machine.ts';
import type { Observer } from './target.ts';
import { type TargetName, targets } from './targets.ts';

/** A server that is measured, with what has come to it. */
export interface Subject {
  target: TargetName;
  server: ServerProcess;
  inspector: Inspector;
  crowds: Map<string, Crowd>;
  /** How many have arrived besides, of which each is a user. */
  arrived: number;
  /** What it said where it refused one of them. */
  refusals: Set<string>;
}

/** Something that npm test watches. */
export interface Watched {
  /** Of what, and what: a row's first cells in docs/PERFORMANCE.md. */
  name: [where: string, what: string];
  /** Whether it is divided by the relay's. */
  isRatio: boolean;
  /** How often it is measured; the least counts. */
  rounds: number;
  measure(subject: Subject): Promise<number>;
}

const loads = {
  'one room of 50, 40 of them typing 25/s': { ...busy, rate: 25 },
  '40 rooms of 5, each of the 200 typing 5/s': small,
  'one room of 50, each moving the cursor 20/s': moving,
} as const satisfies Record<string, Load>;

/** How long a load lasts, and how long a server goes on with what comes after an arrival, in milliseconds. */
const slice = 250;
const afterwards = 200;
const members = 5;
const rounds = 8;

export const watched: Watched[] = [
  {
    name: ['idle connections, five to a room', 'heap of one ÷ the relay’s'],
    isRatio: true,
    rounds: 1,
    measure: heapOfConnection,
  },
  {
    name: ['arrivals, five to a room', 'CPU of handshake and join ÷ the relay’s'],
    isRatio: true,
    rounds: 8,
    measure: cpuOfArrival,
  },
  ...Object.keys(loads).map(
    (load): Watched => ({
      name: [load, 'CPU of a delivery ÷ the relay’s'],
      isRatio: true,
      rounds,
      measure: async (subject) => (await costOf(subject, load)).cpu_us,
    }),
  ),
  {
    name: ['40 rooms of 5, each of the 200 typing 5/s', 'bytes of a delivery'],
    isRatio: false,
    rounds: 2,
    measure: async (subject) => (await costOf(subject, '40 rooms of 5, each of the 200 typing 5/s')).bytes,
  },
];

/** Starts a server and lets everyone in whom the loads need. */
export async function subjectOf(target: TargetName, server: ServerProcess): Promise<Subject> {
  const subject: Subject = {
    target,
    server,
    inspector: await Inspector.open(server),
    crowds: new Map(),
    arrived: 0,
    refusals: new Set(),
  };
  // What comes with the first ones, such as compiled code, is there before anything is measured. They stay.
  await arrive(subject, 50);
  return subject;
}

/** What something delivered cost while a load went on for a moment, all that came of it included. */
async function costOf(subject: Subject, name: string): Promise<{ cpu_us: number; bytes: number }> {
  const crowd = await crowdOf(subject, name);
  const cpu = cpuOf([subject.server]);
  const read = () => ({ cpu: cpu(), bytes: crowd.received().bytes, delivered: crowd.delivered });
  const before = read();
  crowd.start(0);
  await pause(slice);
  crowd.stop();
  await crowd.settled();
  const after = read();
  const delivered = after.delivered - before.delivered;
  return { cpu_us: (after.cpu - before.cpu) / delivered, bytes: (after.bytes - before.bytes) / delivered };
}

/** Who makes a load; they come when they are first needed, and stay. */
async function crowdOf({ target, server, crowds }: Subject, name: string): Promise<Crowd> {
  const load = loads[name as keyof typeof loads];
  const known = crowds.get(name);
  if (known) return known;
  const crowd = new Crowd(load);
  const place = (room_id: string) => room_id.replace(':', `:${crowds.size}-`);
  await crowd.gather((seat, observer) =>
    targets[target].connect(server.url, { ...seat, room_id: place(seat.room_id) }, observer),
  );
  crowds.set(name, crowd);
  return crowd;
}

async function heapOfConnection(subject: Subject): Promise<number> {
  const count = 200;
  const read = async () => (await subject.inspector.holdings()).heap;
  const before = await read();
  await arrive(subject, count);
  return ((await read()) - before) / count;
}

async function cpuOfArrival(subject: Subject): Promise<number> {
  const count = 40;
  const cpu = cpuOf([subject.server]);
  const before = cpu();
  const leave = await arrive(subject, count);
  const cost = (cpu() - before) / count;
  leave();
  return cost;
}

/** Resolves with how they go again, when the server has done what follows. */
async function arrive(subject: Subject, count: number): Promise<() => void> {
  const connections: { close(): void }[] = [];
  const observer: Observer = {
    arrived() {},
    moved() {},
    refused: (reason) => void subject.refusals.add(reason),
  };
  for (const last = subject.arrived + count; subject.arrived < last; ) {
    const number = subject.arrived++;
    const seat = { client_id: `guest-${number}`, room_id: `song:guests-${Math.floor(number / members)}` };
    connections.push(await targets[subject.target].connect(subject.server.url, seat, observer));
  }
  await pause(afterwards);
  return () => {
    for (const connection of connections) connection.close();
  };
}
