/**
 * A load generator, a process of its own: takes a Job as JSON in its argument, says `ready` when its clients are there, puts
 * a server under its share of the load when it is told to, and sends a Part.
 */
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { Crowd } from './crowd.ts';
import { cpuOf } from './machine.ts';
import type { Job, Part } from './measurement.ts';
import { targets } from './targets.ts';

process.on('disconnect', () => process.exit());
const job: Job = JSON.parse(process.argv[2] ?? '');
process.send?.(await measure(job), () => process.exit());

async function measure({ target, servers, load, share, warmUp, seconds }: Job): Promise<Part> {
  const server = cpuOf(servers);
  const generator = cpuOf([process]);
  const crowd = new Crowd(load, share);
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
  const begins = once(process, 'message');
  process.send?.('ready');
  await begins;
  crowd.start(warmUp * 500);
  await pause(warmUp * 1000);
  crowd.latency.reset();
  const before = read();
  await pause(seconds * 1000);
  const after = read();
  const [p50 = 0, p95 = 0, p99 = 0] = [50, 95, 99].map((percent) => crowd.latency.percentile(percent) / 1000);
  crowd.stop();
  await crowd.settled();

  const spent = (figure: keyof typeof after) => after[figure] - before[figure];
  return {
    spent: {
      time: spent('time'),
      server: spent('server'),
      generator: spent('generator'),
      sent: spent('sent'),
      delivered: spent('delivered'),
      bytes: spent('bytes'),
      messages: spent('messages'),
    },
    sent: crowd.sent,
    delivered: crowd.delivered,
    latency_ms: { p50, p95, p99 },
    refusals: [...crowd.refusals],
  };
}
