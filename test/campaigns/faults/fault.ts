import type { Crowd } from './crowd.ts';
import type { Prepared, Store } from './ground.ts';
import type { Site } from './site.ts';

/** A bound where servers end, in seconds: clients wait at random before they try again, up to twice as long as those were away. */
export const comingBack = 30;

/** Something bad that happens to servers while people write. */
export interface Fault {
  readonly name: string;
  readonly stores: readonly Store[];
  /** Within how many seconds of its end everybody writes again, and is acknowledged. */
  readonly bound: number;
  /** Prepares what it needs. What it makes goes with cleanup(). */
  ground?(): Promise<Prepared>;
  /** Lets it happen, for so many seconds where it lasts, and ends it: whatever an operator would do is done. */
  strike(site: Site, crowd: Crowd, seconds: number): Promise<void>;
}
