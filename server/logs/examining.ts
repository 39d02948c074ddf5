import { checkFormat, openDataFile } from './data.ts';
import type { Told } from './examination.ts';
import { type RoomTrouble, type Walked, walk } from './walk.ts';

/** How many damaged rooms are named. */
const most = 20;

/** The process that examination.ts starts: walks through a data file and tells what it found. */
async function examine(path: string, copy: string | undefined): Promise<Told> {
  const walked: Walked = { rooms: 0, entries: 0 };
  const damaged: RoomTrouble[] = [];
  let damagedRooms = 0;
  try {
    const root = openDataFile(path, { readOnly: true });
    checkFormat(root, path);
    for (const found of walk(root, walked)) {
      damagedRooms += 1;
      if (damaged.length < most) damaged.push(found);
    }
    if (copy !== undefined && damagedRooms === 0) await root.backup(copy, true);
    return { ...walked, damaged, damagedRooms };
  } catch (error) {
    return { trouble: (error as Error).message };
  }
}

const [, , path = '', copy] = process.argv;
process.send?.(await examine(path, copy), () => process.exit());
