import { mayStay, patience } from './memory.ts';
import type { Outcome } from './runner.ts';

/** By how much a ping may be slower at its 99th percentile, in milliseconds, and memory larger, in megabytes. */
export const bounds = { ping: 50, memory: 64 };

/** What is wrong with how a server took an attack, by what holds on any machine; nothing where it passed. */
export function wrongAnywhere({ cost, attacked, peak, after, back, alive, errors }: Outcome): string[] {
  return [
    ...(alive ? [] : ['the server has ended']),
    ...(cost.error === undefined ? [] : [`the attack could not be made: ${cost.error}`]),
    ...(peak <= bounds.memory ? [] : [`${peak.toFixed(0)} MB more memory`]),
    ...(after <= mayStay ? [] : [`${after.toFixed(0)} MB of it still after ${back.toFixed(0)} s`]),
    ...(back <= patience + 1 ? [] : [`memory was back after ${back.toFixed(0)} s`]),
    ...(attacked.failures.length === 0
      ? []
      : [`${attacked.failures.length} of ${attacked.tried} failed of what good users did: ${attacked.failures[0]}`]),
    ...(errors.length === 0 ? [] : [`${errors.length} errors in the log: ${errors[0]?.slice(0, 300)}`]),
  ];
}

/** Whether the machine had too much else to do for a ping to tell anything: the idle server was slow, too. */
export function isUnclear(outcome: Outcome): boolean {
  return outcome.attacked.idle.p99 > bounds.ping && slowdown(outcome).p99 > bounds.ping;
}

/** The same, and by what holds on a machine that has a core for the server and another one for everybody else. */
export function wrong(outcome: Outcome): string[] {
  const slower = slowdown(outcome).p99;
  const idle = `, that of an idle server ${outcome.attacked.idle.p99.toFixed(0)} ms`;
  const pings =
    slower <= bounds.ping ? [] : [`ping p99 ${slower.toFixed(0)} ms slower${isUnclear(outcome) ? idle : ''}`];
  return [...pings, ...wrongAnywhere(outcome)];
}

/** Milliseconds by which a neighbour's ping was slower than when it was quiet. */
export function slowdown({ attacked, quiet }: Outcome): { p50: number; p99: number } {
  return { p50: attacked.ping.p50 - quiet.ping.p50, p99: attacked.ping.p99 - quiet.ping.p99 };
}
