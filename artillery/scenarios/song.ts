import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Rope } from '../../shared/documents/text/rope.ts';
import { Guest } from './guest.ts';
import { type Context, type Events, roomOf } from './visitor.ts';

interface Pace {
  /** How long someone stays, in seconds. */
  stays: number;
  /** How often someone does something, per second. */
  rate: number;
}

let came = 0;

/** Types into one of several songs, wherever it comes to mind. */
export async function typing({ vars }: Context<Pace & { songs: number }>, events: Events): Promise<void> {
  const guest = await Guest.join(vars.target, events, roomOf('song', `${vars.songs}-${came++ % vars.songs}`));
  await again(vars, () => {
    const at = randomInt((guest.content as Rope).length + 1);
    return guest.commit(at === 0 ? ['x'] : [at, 'x']);
  });
  await guest.leave();
}

/** Moves a cursor through a song. */
export async function cursors({ vars }: Context<Pace>, events: Events): Promise<void> {
  const verse = 'la '.repeat(400);
  const guest = await Guest.join(vars.target, events, roomOf('song', 'cursors'));
  if ((guest.content as Rope).length < verse.length) await guest.commit([verse]);
  let at = randomInt(verse.length);
  await again(vars, () => guest.point(at++ % verse.length));
  await guest.leave();
}

/** Does it at a steady pace, however long each takes, as long as one stays. */
async function again({ stays, rate }: Pace, act: () => Promise<void>): Promise<void> {
  const began = performance.now();
  for (let count = 0; count < stays * rate; count++) {
    await pause(Math.max(0, began + (count * 1000) / rate - performance.now()));
    await act();
  }
}
