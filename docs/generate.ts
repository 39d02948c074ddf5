/**
 * Writes what the documentation repeats of the code: `npm run docs`. With `--check` it writes nothing, names what is
 * stale, and exits 1 where anything is.
 */
import { writeFileSync } from 'node:fs';
import { apiFiles } from './api.ts';
import { generatedFiles, locate } from './files.ts';

const check = process.argv.includes('--check');

for (const { path, current, wanted } of [...generatedFiles(), ...apiFiles()]) {
  if (current === wanted) continue;
  if (check) {
    console.error(`${path} is stale: run npm run docs`);
    process.exitCode = 1;
  } else {
    writeFileSync(locate(path), wanted);
    console.log(`${path} is written`);
  }
}
