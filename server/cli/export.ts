import { once } from 'node:events';
import { createWriteStream, existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { Command } from 'commander';
import { printableLine } from './printable.ts';
import { FolderWriter, isOneFile, type Line, splitLines } from './transfer/files.ts';
import { Progress } from './transfer/progress.ts';
import { Remote, type RemoteOptions, withRemoteOptions } from './transfer/remote.ts';

export const exportCommand = withRemoteOptions(new Command('export'))
  .description(
    'Write all rooms of a running server into a folder, a file for each, or into one file with a line for each.',
  )
  .argument('<path>', 'a folder; or a file *.ndjson; or - for standard output')
  .option('--force', 'in place of files that are there; without it, a folder gets what it lacks')
  .addHelpText(
    'after',
    `
Songs become song/<id>.txt, sessions session/<id>.json, feeds, inboxes and an application's events <kind>/<id>.ndjson, with all
that their logs have; rooms of other kinds <kind>/<id>.json.
It is one tenant's: that of the token, or --org. Broken off, do it again: what is in the folder is not written again.
Unlike \`tutti backup\`, it works for every store, and holds no history of songs and sessions.

Examples:
  tutti export songs/
  tutti export --url https://songs.example --token $ADMIN_TOKEN band.ndjson
  tutti export - | jq -r 'select(.type == "text") | .room_id'`,
  )
  .action(run);

async function run(path: string, { force = false, ...remote }: RemoteOptions & { force?: boolean }): Promise<void> {
  if (isOneFile(path) && path !== '-' && !force && existsSync(path))
    throw new Error(`${path} is there already: --force puts the export in its place`);
  // What people write is for nobody else on this machine.
  process.umask(0o077);
  const body = await new Remote(remote).get('/export');
  const progress = new Progress('lines');
  const writer = isOneFile(path) ? new FileWriter(path) : new FolderWriter(path, force);
  let end: Line | undefined;
  let lines = 0;
  for await (const json of splitLines(body)) {
    if (json === '') continue;
    const line = JSON.parse(json) as Line;
    const { type, room_id, message = '' } = line;
    if (type === 'end') end = line;
    else if (room_id === undefined) continue;
    else if (type === 'unreadable') console.error(printableLine(`! ${room_id} can not be read: ${message}`));
    else await writer.write({ ...line, room_id }, json);
    lines += 1;
    progress.tell(lines);
  }
  progress.end();
  if (!end) throw new Error('the export was broken off: do it again');
  await writer.end(end);
  const { rooms = 0, unreadable = 0 } = end;
  const skipped = writer.skipped > 0 ? `, ${writer.skipped} were there already` : '';
  console.error(`${path}: ${rooms} rooms${skipped}${unreadable > 0 ? `, ${unreadable} could not be read` : ''}`);
  if (unreadable > 0) process.exitCode = 1;
}

/** Writes the lines as they come: a file is there when it is whole. */
class FileWriter {
  readonly skipped = 0;
  readonly #path: string;
  readonly #out: NodeJS.WritableStream;

  constructor(path: string) {
    this.#path = path;
    this.#out = path === '-' ? process.stdout : createWriteStream(`${path}.part`);
  }

  async write(_line: Line, json: string): Promise<void> {
    if (!this.#out.write(`${json}\n`)) await once(this.#out, 'drain');
  }

  /** By its last line one knows that it is whole. */
  async end(line: Line): Promise<void> {
    await this.write(line, JSON.stringify(line));
    if (this.#path === '-') return;
    this.#out.end();
    await finished(this.#out);
    await rename(`${this.#path}.part`, this.#path);
  }
}
