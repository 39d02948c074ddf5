import { hearersOf, type Load, type Share } from './crowd.ts';
import { spread } from './figures.ts';
import { runTogether } from './machine.ts';
import type { TargetName } from './targets.ts';

export interface Job {
  target: TargetName;
  /** The server's processes, to which clients connect in turns. */
  servers: { url: string; pid: number }[];
  load: Load;
  share: Share;
  /** Seconds before anything is measured: the load grows in the first half of them. */
  warmUp: number;
  seconds: number;
}

/** What one generator saw. */
export interface Part {
  /** In what it measured: microseconds that it took, and of CPU; what was sent and delivered; what came. */
  spent: Record<'time' | 'server' | 'generator' | 'sent' | 'delivered' | 'bytes' | 'messages', number>;
  /** The warm-up, and what came late, included. */
  sent: number;
  delivered: number;
  latency_ms: { p50: number; p95: number; p99: number };
  refusals: string[];
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
  /** Of several generators, which each know when their own clients sent something: the median, and the worst. */
  latency_p50_ms: number;
  latency_p95_ms: number;
  latency_p99_ms: number;
  /** How busy the server was, and the busiest generator: 1 is a whole core. */
  server_load: number;
  generator_load: number;
  refusals: string[];
}

/** Puts servers under a load that so many generators share. */
export async function generate(job: Omit<Job, 'share'>, generators = 1): Promise<Measurement> {
  const jobs = Array.from({ length: generators }, (_, index): Job => ({ ...job, share: { index, of: generators } }));
  return together(job.load, await runTogether<Job, Part>('test/bench/generator.ts', jobs));
}

/** What generators saw together. */
function together(load: Load, parts: Part[]): Measurement {
  const sum = (figure: (part: Part) => number) => parts.reduce((sum, part) => sum + figure(part), 0);
  const most = (figure: (part: Part) => number) => Math.max(...parts.map(figure));
  const rate = (figure: 'sent' | 'delivered') => sum(({ spent }) => (spent[figure] / spent.time) * 1e6);
  const server_load = sum(({ spent }) => spent.server / spent.time) / parts.length;
  const delivered = sum(({ spent }) => spent.delivered);
  return {
    cpu_us: (server_load * 1e6) / rate('delivered'),
    bytes: sum(({ spent }) => spent.bytes) / delivered,
    messages: sum(({ spent }) => spent.messages) / delivered,
    reach: sum(({ delivered }) => delivered) / sum(({ sent }) => sent * hearersOf(load)),
    sent_per_second: rate('sent'),
    delivered_per_second: rate('delivered'),
    latency_p50_ms: spread(parts.map(({ latency_ms }) => latency_ms.p50)).median,
    latency_p95_ms: most(({ latency_ms }) => latency_ms.p95),
    latency_p99_ms: most(({ latency_ms }) => latency_ms.p99),
    server_load,
    generator_load: most(({ spent }) => spent.generator / spent.time),
    refusals: [...new Set(parts.flatMap(({ refusals }) => refusals))],
  };
}
