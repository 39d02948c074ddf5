import { existsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { Command } from 'commander';
import { printableLine } from './printable.ts';
import { linesIn } from './transfer/files.ts';
import { Progress } from './transfer/progress.ts';
import { Remote, type RemoteOptions, withRemoteOptions } from './transfer/remote.ts';

export const importCommand = withRemoteOptions(new Command('import'))
  .description('Bring songs and other rooms into a running server, from a folder or from what `tutti export` wrote.')
  .argument('<path>', 'a folder; or a file *.ndjson; or - for standard input')
  .option('--force', 'also what is there already: a song is changed to what the file has, other rooms are begun anew')
  .addHelpText(
    'after',
    `
A folder is as \`tutti export\` writes it. Song files (.txt, .cho, .chopro, .chordpro, .crd, .pro) that lie in it by
themselves are songs under their names. A file <kind>/<id>.yjs is a state of Yjs (version 1), where rooms of that kind hold
such documents. Rooms that are there already are left as they are: broken off, do it again. Whoever has a room open sees at
once what comes into it.

Examples:
  tutti import songs/
  tutti import --url https://songs.example --token $ADMIN_TOKEN band.ndjson`,
  )
  .action(run);

/** How much goes in one request, and how many requests are under way. */
const most = { lines: 200, bytes: 512 * 1024, requests: 4 };
/** How often a line is sent again that was refused for a while. */
const mostTries = 60;
/** How many refusals are printed. */
const mostPrinted = 20;

interface Waiting {
  json: string;
  from: string;
}

type Result =
  | { ok: true; room_id: string; outcome: 'imported' | 'replaced' | 'exists' }
  | { ok: false; error: { message: string; retry_after_ms?: number } };

async function run(path: string, { force, ...options }: RemoteOptions & { force?: true }): Promise<void> {
  if (path !== '-' && !existsSync(path)) throw new Error(`there is no ${path}`);
  const importer = new Importer(new Remote(options), force ? 'replace' : 'skip');
  for await (const line of linesIn(path)) await importer.add(line);
  await importer.end();
  const { imported, replaced, exists } = importer.rooms;
  const counts = [
    `${imported.size} rooms imported`,
    ...(replaced.size > 0 ? [`${replaced.size} replaced`] : []),
    ...(exists.size > 0 ? [`${exists.size} were there already`] : []),
    ...(importer.refused > 0 ? [`${importer.refused} lines refused`] : []),
  ];
  console.error(`${path}: ${counts.join(', ')}`);
  if (importer.refused > 0) process.exitCode = 1;
}

/** Sends lines in batches, a few at once; the parts of a feed in their order. */
class Importer {
  readonly rooms = { imported: new Set<string>(), replaced: new Set<string>(), exists: new Set<string>() };
  refused = 0;
  readonly #remote: Remote;
  readonly #path: string;
  readonly #progress = new Progress('lines');
  readonly #underway = new Set<Promise<void>>();
  #batch: Waiting[] = [];
  #bytes = 0;
  #done = 0;
  #failure: Error | undefined;

  constructor(remote: Remote, existing: 'skip' | 'replace') {
    this.#remote = remote;
    this.#path = `/import?existing=${existing}`;
  }

  async add(line: Waiting): Promise<void> {
    if (isAside(line)) return;
    const bytes = Buffer.byteLength(line.json);
    if (this.#batch.length === most.lines || (this.#bytes + bytes > most.bytes && this.#batch.length > 0))
      await this.#send();
    this.#batch.push(line);
    this.#bytes += bytes;
  }

  async end(): Promise<void> {
    await this.#send();
    await Promise.all(this.#underway);
    this.#progress.end();
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #send(): Promise<void> {
    const batch = this.#batch;
    this.#batch = [];
    this.#bytes = 0;
    if (batch.length === 0) return;
    // A part of a feed has its place behind the part before.
    const isContinued = /^.{0,300}"after":/.test(batch[0]?.json ?? '');
    while (this.#underway.size >= (isContinued ? 1 : most.requests)) await Promise.race(this.#underway);
    if (this.#failure !== undefined) throw this.#failure;
    const sending: Promise<void> = this.#sendBatch(batch)
      .catch((error: Error) => {
        this.#failure ??= error;
      })
      .finally(() => this.#underway.delete(sending));
    this.#underway.add(sending);
  }

  async #sendBatch(batch: Waiting[]): Promise<void> {
    let left = batch;
    for (let tries = 1; left.length > 0; tries += 1) {
      const body = left.map(({ json }) => json).join('\n');
      const answer = await this.#remote.post(this.#path, body);
      const results = answer.results as Result[] | undefined;
      if (!results) throw new Error(answer.error?.message ?? 'the server does not know what an import is');
      const again: Waiting[] = [];
      let pause = 0;
      for (const [index, line] of left.entries()) {
        const result = results[index];
        if (result?.ok) this.rooms[result.outcome].add(result.room_id);
        else if (result?.error.retry_after_ms !== undefined && tries < mostTries) {
          again.push(line);
          pause = Math.max(pause, result.error.retry_after_ms);
        } else this.#refuse(line, result?.error.message ?? 'no answer');
      }
      this.#done += left.length - again.length;
      this.#progress.tell(this.#done);
      left = again;
      if (left.length > 0) await wait(pause);
    }
  }

  #refuse({ from }: Waiting, message: string): void {
    this.refused += 1;
    if (this.refused <= mostPrinted) console.error(printableLine(`✗ ${from}: ${message}`));
    if (this.refused === mostPrinted + 1) console.error('✗ …');
  }
}

/** What an export says of itself. */
function isAside({ json }: Waiting): boolean {
  return /^\s*\{"type":"end"/.test(json);
}
