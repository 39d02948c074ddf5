import { openLmdbLog } from '../../server/logs/lmdb.ts';
import { entry } from './logContract.ts';

/** Appends to the log in the folder given, one by one, and prints each revision once it is answered. */
const log = await openLmdbLog({ directory: process.argv[2] ?? '' });
let { epoch, revision } = await log.load('room');
for (;;) {
  const appended = await log.append('room', { epoch, after: revision, entries: [entry(revision + 1)] });
  epoch = appended.epoch;
  revision += 1;
  process.stdout.write(`${revision}\n`);
}
