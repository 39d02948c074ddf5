/**
 * The load generator, a process of its own: takes a Job as JSON in its argument, puts a server under that load, and
 * prints a Measurement as JSON.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Crowd, type Load } from './crowd.ts';
import { CpuClock } from './machine.ts';
import { type TargetName, targets } from './targets.ts';

export interface Job {
  target: TargetName;
  /** Where clients connect, in turns. */
  urls: string[];
  /** The server's processes. */
  pids: number[];
  load: Load;
  /** Seconds of the same load before anything is measured. */
  warmUp: number;
  seconds: number;
}

export interface Measurement {
  /** Microseconds of CPU time of all the server's processes for each delivered operation: one operation at one client. */
  cpu_us: number;
  /** Delivered operations of all that should have been, the warm-up included: 1 is all. */
  reach: number;
  sent_per_second: number;
  delivered_per_second: number;
  latency_p50_ms: number;
  latency_p99_ms: number;
  /** How busy the server and this generator were: 1 is a whole core. */
  server_load: number;
  generator_load: number;
  refusals: string[];
}

const job: Job = JSON.parse(process.argv[2] ?? '');
console.log(JSON.stringify(await measure(job)));
process.exit();

async function measure({ target, urls, pids, load, warmUp, seconds }: Job): Promise<Measurement> {
  const servers = pids.map((pid) => new CpuClock(pid));
  const generator = new CpuClock(process.pid);
  const crowd = new Crowd(load);
  const read = () => ({
    time: performance.now() * 1000,
    server: servers.reduce((sum, server) => sum + server.read(), 0),
    generator: generator.read(),
    sent: crowd.sent,
    delivered: crowd.delivered,
  });

  let next = 0;
  await crowd.gather((seat) => targets[target].connect(urls[next++ % urls.length] ?? '', seat, crowd));
  crowd.start();
  await pause(warmUp * 1000);
  crowd.latency.reset();
  const before = read();
  await pause(seconds * 1000);
  const after = read();
  const latency_p50_ms = crowd.latency.percentile(50) / 1000;
  const latency_p99_ms = crowd.latency.percentile(99) / 1000;
  crowd.stop();
  await crowd.settled();

  const time = after.time - before.time;
  const spent = after.server - before.server;
  const delivered = after.delivered - before.delivered;
  return {
    cpu_us: spent / delivered,
    reach: crowd.reach,
    sent_per_second: ((after.sent - before.sent) / time) * 1e6,
    delivered_per_second: (delivered / time) * 1e6,
    latency_p50_ms,
    latency_p99_ms,
    server_load: spent / time,
    generator_load: (after.generator - before.generator) / time,
    refusals: [...crowd.refusals],
  };
}
