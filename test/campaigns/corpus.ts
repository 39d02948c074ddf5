import { readFileSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { SingleBar } from 'cli-progress';
import { Argument, InvalidArgumentError, program } from 'commander';
import { printable } from '../../server/cli/printable.ts';
import { type Reading, readSong } from '../support/corpus.ts';

program
  .name('npm run corpus --')
  .description(
    'Reads each ChordPro file of a folder as an import does, renders it as the page does, also three semitones higher,\nand prints what in them was not understood, and how much. Fails where a file cannot be rendered.',
  )
  .addArgument(new Argument('<folder>', 'looked through with all folders in it').argParser(folderAt))
  .option('-e, --extensions <names>', 'which files, by how their names end', 'cho,crd,chopro,chordpro,pro,onsong,txt')
  .option('-n, --show <number>', 'how many of each kind are shown', wholeNumber, 20)
  .addHelpText('after', '\nExample:\n  npm run corpus -- ~/songs --show 50')
  .parse();

const { extensions, show } = program.opts<{ extensions: string; show: number }>();
const [folder] = program.processedArgs as [string];
const endings = extensions.split(',').map((name) => `.${name.trim().replace(/^\./, '').toLowerCase()}`);
const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.toLowerCase().endsWith(ending)))
  .map((entry) => join(entry.parentPath, entry.name))
  .sort();
if (files.length === 0) program.error(`no file in ${folder} ends in ${endings.join(', ')}`);

const total: Omit<Reading, 'findings' | 'refusal' | 'failure'> = {
  songs: 0,
  lines: 0,
  chords: 0,
  directives: 0,
  milliseconds: 0,
};
/** What was not understood, by kind and text: how often, and where first. */
const found = new Map<string, Map<string, { count: number; where: string }>>();
const refused: string[] = [];
const failed: string[] = [];
let slowest = { milliseconds: 0, file: '' };
let flawless = 0;

const bar = new SingleBar({ format: '{bar} {percentage} % | {value}/{total} files | {eta_formatted} left' });
bar.start(files.length, 0);
for (const file of files) {
  const name = relative(folder, file);
  const reading = readSong(readFileSync(file));
  bar.increment();
  if (reading.refusal !== undefined) refused.push(`${name}: ${reading.refusal}`);
  if (reading.failure !== undefined) failed.push(`${name}: ${reading.failure}`);
  for (const key of ['songs', 'lines', 'chords', 'directives', 'milliseconds'] as const) total[key] += reading[key];
  if (reading.milliseconds > slowest.milliseconds) slowest = { milliseconds: reading.milliseconds, file: name };
  if (reading.findings.length === 0 && reading.refusal === undefined && reading.failure === undefined) flawless += 1;
  for (const { what, text, at } of reading.findings) {
    const ofKind = found.get(what) ?? new Map<string, { count: number; where: string }>();
    found.set(what, ofKind);
    const known = ofKind.get(text);
    if (known) known.count += 1;
    else ofKind.set(text, { count: 1, where: `${name}:${at + 1}` });
  }
}
bar.stop();

const titles = {
  directive: 'Directives that are not known',
  chord: 'Chords that are none, and stay as they are in every key',
  section: 'Sections that end and did not begin',
  brace: 'Braces that are no directive',
};
const read = files.length - refused.length;
console.log(
  `${files.length} files: ${total.songs} songs, ${total.lines} lines, ${total.chords} chords, ${total.directives} directives`,
);
console.log(
  `${(total.milliseconds / Math.max(1, read)).toFixed(1)} ms a file to read and render; the slowest ${slowest.milliseconds.toFixed(0)} ms, ${printable(slowest.file)}`,
);
console.log(`${flawless} files (${percent(flawless, files.length)}) were understood to the last sign`);
list('Refused', refused);
for (const [what, of] of [
  ['directive', total.directives],
  ['chord', total.chords],
  ['section', total.directives],
  ['brace', total.lines],
] as const) {
  const ofKind = [...(found.get(what) ?? [])].sort(([, one], [, other]) => other.count - one.count);
  const count = ofKind.reduce((sum, [, each]) => sum + each.count, 0);
  if (count === 0) continue;
  list(
    `${titles[what]}: ${count} of ${of} (${percent(count, of)}), ${ofKind.length} kinds`,
    ofKind.map(
      ([text, { count: often, where }]) => `${String(often).padStart(6)} × ${text.slice(0, 80)}   first in ${where}`,
    ),
  );
}
list('Failed', failed);
process.exitCode = failed.length > 0 ? 1 : 0;

function list(title: string, lines: readonly string[]): void {
  if (lines.length === 0) return;
  console.log(`\n${title}${title.includes(':') ? '' : `: ${lines.length}`}`);
  for (const line of lines.slice(0, show)) console.log(`  ${printable(line)}`);
  if (lines.length > show) console.log(`  … and ${lines.length - show} more`);
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / Math.max(1, whole)).toFixed(2)} %`;
}

function folderAt(path: string): string {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw new InvalidArgumentError('it is no folder.');
  return path;
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('it is no whole number.');
  return Number(text);
}
