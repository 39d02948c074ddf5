import { fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RoomTrouble, Walked } from './walk.ts';

/** What a walk through a data file has found. */
export interface Examination extends Walked {
  rooms: number;
  entries: number;
  /** Some of the rooms that are damaged, and how many there are. */
  damaged: RoomTrouble[];
  damagedRooms: number;
  /** What is wrong; undefined where nothing is. */
  trouble: string | undefined;
}

/** What examining.ts tells. */
export type Told = Omit<Examination, 'trouble'> | { trouble: string };

/** Walks through a data file in a process of its own: a damaged one may end it. Makes a copy of one that is whole. */
export async function examine(path: string, copy?: string): Promise<Examination> {
  const extension = extname(import.meta.url);
  const program = fileURLToPath(new URL(`./examining${extension}`, import.meta.url));
  // Whoever runs from sources is not necessarily told so by a flag.
  const execArgv = extension === '.ts' ? ['--import', 'tsx'] : process.execArgv;
  const child = fork(program, copy === undefined ? [path] : [path, copy], {
    execArgv,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const nothing = { rooms: 0, entries: 0, damaged: [], damagedRooms: 0 };
  return new Promise((resolve, reject) => {
    let examination: Examination | undefined;
    child.once('message', (told: Told) => {
      if ('trouble' in told) examination = { ...nothing, ...told };
      else examination = { ...told, trouble: inWords(told) };
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      resolve(examination ?? { ...nothing, trouble: `reading it ends with ${signal ?? `exit code ${code}`}` });
    });
  });
}

function inWords({ rooms, damaged, damagedRooms }: Omit<Examination, 'trouble'>): string | undefined {
  const [first] = damaged;
  return first && `${damagedRooms} of ${rooms} rooms: ${first.room}: ${first.trouble}`;
}
