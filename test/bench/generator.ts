/**
 * The load generator, a process of its own: takes a Job as JSON in its argument, puts a server under that load, and
 * prints a Measurement as JSON.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Crowd, type Load } from './crowd.ts';
import { cpuOf } from './machine.ts';
import { type TargetName, targets } from './targets.ts';

export interface Job {
  target: TargetName;
  /** The server's processes, to which clients connect in turns. */
  servers: { url: string; pid: number }[];
  load: Load;
  /** Seconds before anything is measured: the load grows in the first half of them. */
  warmUp: number;
  seconds: number;
}

export interface Measurement {
  /** For each delivery, which is one operation or cursor at one client: microseconds of CPU of all the server's processes. */
  cpu_us: number;
  /** What came to the clients for it, answers and all else included: bytes, and messages of WebSocket. */
  bytes: number;
  messages: number;
  /** Deliveries of all that should have been, the warm-up included: 1 is all. */
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

async function measure({ target, servers, load, warmUp, seconds }: Job): Promise<Measurement> {
  const server = cpuOf(servers);
  const generator = cpuOf([process]);
  const crowd = new Crowd(load);
  const read = () => ({
    time: performance.now() * 1000,
    server: server(),
    generator: generator(),
    sent: crowd.sent,
    delivered: crowd.delivered,
    ...crowd.received(),
  });

  let next = 0;
  await crowd.gather((seat, observer) =>
    targets[target].connect(servers[next++ % servers.length]?.url ?? '', seat, observer),
  );
  crowd.start(warmUp * 500);
  await pause(warmUp * 1000);
  crowd.latency.reset();
  const before = read();
  await pause(seconds * 1000);
  const after = read();
  const latency_p50_ms = crowd.latency.percentile(50) / 1000;
  const latency_p99_ms = crowd.latency.percentile(99) / 1000;
  crowd.stop();
  await crowd.settled();

  const spent = (figure: keyof typeof after) => after[figure] - before[figure];
  const delivered = spent('delivered');
  return {
    cpu_us: spent('server') / delivered,
    bytes: spent('bytes') / delivered,
    messages: spent('messages') / delivered,
    reach: crowd.reach,
    sent_per_second: (spent('sent') / spent('time')) * 1e6,
    delivered_per_second: (delivered / spent('time')) * 1e6,
    latency_p50_ms,
    latency_p99_ms,
    server_load: spent('server') / spent('time'),
    generator_load: spent('generator') / spent('time'),
    refusals: [...crowd.refusals],
  };
}
