import { existsSync } from 'node:fs';
import { dataFileOf, tracesOf } from '../../logs/data.ts';
import { checkDataFile } from '../../logs/dataFile.ts';
import { examine } from '../../logs/examination.ts';
import { type Finding, fine, wrong } from './finding.ts';

/** Walks through all rooms of a data folder, also while a server writes to it. */
export async function* examineData(directory: string): AsyncGenerator<Finding> {
  const path = dataFileOf(directory);
  if (!existsSync(path)) {
    yield tracesOf(directory).some((trace) => existsSync(trace))
      ? wrong(`${path} is gone`, 'put it back, or a backup with `tutti restore`')
      : wrong(`${directory} holds no rooms: there is no ${path}`, 'name the folder that the server has as DATA_DIR');
    return;
  }
  try {
    await checkDataFile(path);
  } catch (error) {
    yield wrong(`${path} is damaged: ${(error as Error).message}`, advice);
    return;
  }
  const { rooms, entries, damaged, damagedRooms, trouble } = await examine(path);
  if (damagedRooms === 0) {
    yield trouble === undefined
      ? fine(`${rooms} rooms with ${entries} entries are whole`)
      : wrong(`${path} can not be read: ${trouble}`, advice);
    return;
  }
  for (const { room, trouble } of damaged) yield wrong(`room ${room}: ${trouble}`, advice);
  const others = damagedRooms - damaged.length;
  yield wrong(
    `${damagedRooms} of ${rooms} rooms are damaged${others > 0 ? `, ${others} more than are named` : ''}`,
    advice,
  );
}

const advice = 'stop the server, and restore a backup with `tutti restore --force`';
