import { backups } from './backups.ts';
import { clocks } from './clocks.ts';
import { damages } from './damage.ts';
import { disks } from './disks.ts';
import type { Fault } from './fault.ts';
import { logs } from './logs.ts';
import { networks } from './networks.ts';
import { processes } from './processes.ts';

/** All that is known to happen to servers. A fault may have another one of its name, for the other store. */
export const faults: Fault[] = [...processes, ...disks, ...damages, ...backups, ...clocks, ...networks, ...logs];
