import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Inspector, inspected } from '../support/inspector.ts';
import { compare, inTurns, type Pair, withTarget } from './comparison.ts';
import { printTable, show, spread } from './figures.ts';
import type { Effort, Report, Scenario } from './scenario.ts';
import { crowded, type Observer } from './target.ts';
import { type TargetName, targets } from './targets.ts';

const pairs: Pair[] = [
  ['tutti', 'relay'],
  ['tutti', 'relay, JWT'],
];
/** How many share a room. */
const members = 5;
const pageSize = 4096;
/** How many connections are there before something is measured: V8 goes on compiling for the first thousands. */
const before = 2_000;

/** Files that a server has open besides connections, at most. */
const spare = 250;

/** Bytes for each connection. */
interface Memory {
  /** Of objects and of buffers outside of the heap, after a collection. */
  heap: number;
  /** Of the process, as the system counts them, after the same collection. */
  resident: number;
}

/** What someone takes who is only there. */
export const idleScenarios = [idle('idle', 2_000), idle('idle-20000', 20_000)];

function idle(name: string, connections: number): Scenario {
  const about = `memory of ${connections.toLocaleString('en')} connections that do nothing, five to a room`;
  return { name, about, run: (effort) => compareIdle(connections, effort) };
}

async function compareIdle(connections: number, { repeat, smoke }: Effort): Promise<Report> {
  const wanted = smoke ? 20 : connections;
  const allowed = allowDescriptors(2 * wanted + spare);
  const count = Math.min(wanted, allowed - Math.min(before, wanted) - spare);
  if (count < wanted) console.log(`  ${count} only: a process may have ${allowed} descriptors here`);
  const measurements = await inTurns(pairs, repeat, (target) => measure(target, count));
  const rows = [...measurements].map(([name, all]) => {
    const median = (figure: keyof Memory) => `${show(spread(all.map((memory) => memory[figure])).median / 1024)} KiB`;
    return [name, median('heap'), median('resident')];
  });
  printTable([['for each connection', 'heap and external', 'resident'], ...rows]);
  const ratios = compare(pairs, measurements, {
    'heap and external': ({ heap }) => heap,
    resident: ({ resident }) => resident,
  });
  const figures = { connections: count, measurements: Object.fromEntries(measurements), ratios };
  return { figures, rounds: measurements, problems: [] };
}

/** Raises how many files this process and those that it starts may have open, if that is let. Returns how many. */
function allowDescriptors(count: number): number {
  const limit = () => Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]);
  if (count > limit()) spawnSync('prlimit', ['--pid', String(process.pid), `--nofile=${count}:${count}`]);
  return limit();
}

function measure(target: TargetName, count: number): Promise<Memory> {
  return withTarget(target, { ...inspected, ...crowded }, async ({ servers: [server] }) => {
    if (!server) throw new Error(`${target} has no server`);
    const inspector = await Inspector.open(server);
    const refusals: string[] = [];
    const observer: Observer = { arrived() {}, moved() {}, refused: (reason) => refusals.push(reason) };
    const clients: { close(): void }[] = [];
    const gather = async (some: number) => {
      for (const last = clients.length + some; clients.length < last; ) {
        const seat = { client_id: `${clients.length}`, room_id: `song:${Math.floor(clients.length / members)}` };
        clients.push(await targets[target].connect(server.url, seat, observer));
      }
      // What is on its way to them is no memory of theirs.
      await pause(1_000);
    };
    const read = async () => ({ heap: (await inspector.holdings()).heap, resident: residentBytes(server.pid) });

    // What comes with the first ones, such as compiled code and room for young objects, is there before. They stay.
    await gather(Math.min(count, before));
    const less = await read();
    await gather(count);
    const more = await read();
    inspector.close();
    for (const client of clients) client.close();
    if (refusals[0] !== undefined) throw new Error(refusals[0]);
    return { heap: (more.heap - less.heap) / count, resident: (more.resident - less.resident) / count };
  });
}

function residentBytes(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * pageSize;
}
