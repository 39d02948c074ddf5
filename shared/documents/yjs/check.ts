import { Refusal } from '../../refusals.ts';
import type { Author } from '../type.ts';
import type { Clients } from './clients.ts';
import type { Run, Update } from './update.ts';

/**
 * Refuses an update that is not the next of its author: `forbidden` where a Yjs client is another user's, `conflict` where
 * something is missing that it builds on, or is there already, and `invalid_operation` where structs wait for each other.
 * What passes, Yjs applies at once and whole: nothing stays pending.
 */
export function checkUpdate(update: Update, clients: Clients, { user_id, role }: Author): void {
  const runs = new Map(update.runs.map((run) => [run.client, run]));
  for (const { client, from } of update.runs) {
    const known = clients.get(client);
    if (known && known.user_id !== user_id && role !== 'service')
      throw new Refusal('forbidden', `the Yjs client ${client} is another user's`);
    const { clock } = known ?? { clock: 0 };
    const what = `clock ${from} of the Yjs client ${client}`;
    if (from > clock) throw new Refusal('conflict', `${what} comes after a gap, the next is ${clock}: join again`);
    if (from < clock) throw new Refusal('conflict', `${what} is known already, the next is ${clock}: join again`);
  }
  for (const { client, clock, length } of update.deletes) {
    const end = runs.get(client)?.to ?? clients.clock(client);
    if (clock + length > end) throw missing(client, clock + length - 1);
  }
  checkOrder(runs, clients);
}

/** How far a run is known to be applicable. */
interface Progress {
  readonly run: Run;
  /** The next of its links to look at. */
  link: number;
  /** Its structs below are. */
  reached: number;
  /** Another waits for it, or it for another: it is being looked at. */
  isOpen: boolean;
}

/** Goes through the structs as Yjs integrates them, each link once. */
function checkOrder(runs: ReadonlyMap<number, Run>, clients: Clients): void {
  const progress = new Map<number, Progress>();
  for (const run of runs.values()) progress.set(run.client, { run, link: 0, reached: run.from, isOpen: false });
  for (const first of progress.values()) {
    const waiting = [{ progress: first, until: first.run.to }];
    first.isOpen = true;
    for (let top = waiting.at(-1); top; top = waiting.at(-1)) {
      const next = blocking(top.progress, top.until, progress, clients);
      if (!next) {
        top.progress.isOpen = false;
        waiting.pop();
        continue;
      }
      if (next.progress.isOpen)
        throw new Refusal('invalid_operation', 'structs of two Yjs clients stand beside each other in a circle');
      next.progress.isOpen = true;
      waiting.push(next);
    }
  }
}

/** Goes on with a run to a clock; returns what has to be gone through before, and how far. */
function blocking(
  progress: Progress,
  until: number,
  runs: ReadonlyMap<number, Progress>,
  clients: Clients,
): { progress: Progress; until: number } | undefined {
  const { run } = progress;
  for (; progress.link < run.links.length; progress.link += 3) {
    const [at = 0, client = 0, clock = 0] = run.links.slice(progress.link, progress.link + 3);
    progress.reached = at;
    if (at >= until) return undefined;
    if (clock < clients.clock(client)) continue;
    const other = runs.get(client);
    if (!other || clock >= other.run.to) throw missing(client, clock);
    if (clock >= other.reached) return { progress: other, until: clock + 1 };
  }
  progress.reached = run.to;
  return undefined;
}

function missing(client: number, clock: number): Refusal {
  return new Refusal('conflict', `clock ${clock} of the Yjs client ${client} is not here yet: join again`);
}
