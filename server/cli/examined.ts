import type { Examination } from '../logs/examination.ts';
import { printable } from './printable.ts';

/** How many rooms were walked through, in words. */
export function roomsOf({ rooms }: Examination): string {
  return `${rooms} ${rooms === 1 ? 'room' : 'rooms'}`;
}

/** Names rooms that are damaged, on standard error, and makes the exit code 1 where there are some. */
export function tellDamage({ damaged, damagedRooms, rooms }: Examination): void {
  if (damagedRooms === 0) return;
  process.exitCode = 1;
  for (const { room, trouble } of damaged) console.error(printable(`tutti: room ${room}: ${trouble}`));
  console.error(`tutti: ${damagedRooms} of ${rooms} rooms are damaged, and were copied as they are`);
}
