import { until } from '../../support/until.ts';
import { Crowd, songs } from './crowd.ts';
import type { Fault } from './fault.ts';
import type { Store } from './ground.ts';
import { Site } from './site.ts';

export interface Outcome {
  fault: string;
  store: Store;
  /** Marks that were acknowledged, those of them that are not there in the end, and marks that are there more than once. */
  acknowledged: number;
  lost: string[];
  doubled: string[];
  /** Whether all who write, all servers, and the store after another restart have the same songs. */
  isEqual: boolean;
  /** From the end of the fault until everybody was acknowledged something new, in seconds; and how long it may be. */
  recovery: number;
  bound: number;
  /** What went wrong besides. */
  problem?: string;
  /** Why it could not be had here. */
  missing?: string;
}

/** Has people write at servers of their own, lets a fault happen, and looks at what is there. What it opens goes with cleanup(). */
export async function runFault(fault: Fault, store: Store, seconds: number): Promise<Outcome> {
  const { name, bound } = fault;
  const outcome: Outcome = {
    ...{ fault: name, store, acknowledged: 0, lost: [], doubled: [] },
    ...{ isEqual: false, recovery: Number.POSITIVE_INFINITY, bound },
  };
  const ground = (await fault.ground?.()) ?? {};
  if ('missing' in ground) return { ...outcome, missing: ground.missing };
  let crowd: Crowd | undefined;
  try {
    const site = await Site.open(store, ground);
    crowd = await Crowd.come(site);
    await crowd.visit();
    await fault.strike(site, crowd, seconds);
    const began = performance.now();
    await crowd.goesOn();
    outcome.recovery = (performance.now() - began) / 1_000;
    await crowd.rest();
    await look(site, crowd, outcome);
  } catch (error) {
    outcome.problem = (error as Error).message.split('\n', 1)[0] || String(error);
  }
  outcome.acknowledged = crowd?.acknowledged ?? 0;
  return outcome;
}

/** What of an outcome is not as it has to be. */
export function wrong(outcome: Outcome): string[] {
  const { missing, lost, doubled, isEqual, recovery, bound, problem } = outcome;
  if (missing) return [];
  if (problem) return [problem];
  return [
    ...(lost.length > 0 ? [`lost: ${lost.join(' ')}`] : []),
    ...(doubled.length > 0 ? [`doubled: ${doubled.join(' ')}`] : []),
    ...(isEqual ? [] : ['not everybody has the same']),
    ...(recovery > bound ? [`it took ${recovery.toFixed(1)} s to recover, and may take ${bound} s`] : []),
  ];
}

/** Compares all there is of each song, now and when the servers have been killed and started once more. */
async function look(site: Site, crowd: Crowd, outcome: Outcome): Promise<void> {
  const isSame = async () => (await views(site, crowd)).every((texts) => new Set(texts).size === 1);
  // What was written last is on its way to the others.
  const before = await until(isSame).catch(() => false);
  await site.kill();
  await site.start();
  outcome.isEqual = before && (await until(isSame).catch(() => false));
  for (const [song, room_id] of songs.entries()) {
    // What is kept counts.
    const text = await site.text(site.server(0), room_id);
    const times = (mark: string) => text.split(mark).length - 1;
    const { written, acknowledged } = crowd.marks(song);
    outcome.lost.push(...acknowledged.filter((mark) => times(mark) === 0));
    outcome.doubled.push(...written.filter((mark) => times(mark) > 1));
  }
}

/** Of each song: what its writers show, and what each server says. */
function views(site: Site, crowd: Crowd): Promise<string[][]> {
  return Promise.all(
    songs.map(async (room_id, song) => [
      ...crowd.people.filter((person) => person.song === song).map(({ room }) => room.text.text),
      ...(await Promise.all(site.servers.map((server) => site.text(server, room_id)))),
    ]),
  );
}
