import { createReadStream, existsSync } from 'node:fs';
import { appendFile, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { kindOf, parseRoomId } from '../../../shared/rooms.ts';

/** A line of what is exported: a room or a part of one, or what is said of the whole. */
export interface Line {
  type: string;
  room_id?: string;
  timestamp?: number;
  content?: unknown;
  after?: object;
  message?: string;
  rooms?: number;
  unreadable?: number;
}

/** Whether a path is one file with all rooms, and not a folder with a file for each. */
export function isOneFile(path: string): boolean {
  return path === '-' || /\.(ndjson|jsonl)$/.test(path);
}

const songFiles = ['.txt', '.cho', '.chopro', '.chordpro', '.crd', '.pro'];
/** A folder has the rooms of a kind. */
const kindForm = /^[a-z][a-z0-9-]{0,30}$/;
/** A file that is not whole yet. */
const part = '.part';

/** Writes each room into a file of its own: `song/42.txt`, `session/friday.json`; its log into `channel/general.ndjson`. */
export class FolderWriter {
  readonly #folder: string;
  readonly #force: boolean;
  /** The room whose log is being written, and its file. */
  #log: { room_id: string; file: string; isSkipped: boolean } | undefined;
  written = 0;
  skipped = 0;

  constructor(folder: string, force: boolean) {
    this.#folder = folder;
    this.#force = force;
  }

  async write(line: Line & { room_id: string }): Promise<void> {
    const { room_id, type } = line;
    if (this.#log?.room_id !== room_id) await this.#endLog();
    const file = this.#fileOf(line);
    if (isLog(line)) {
      await this.#writeLog(line, file);
      return;
    }
    if (this.#isThere(file)) return;
    await mkdir(dirname(file), { recursive: true });
    const { content, timestamp = 0 } = line;
    await writeFile(
      file + part,
      type === 'text' ? String(content) : `${JSON.stringify({ type, timestamp, content }, undefined, 2)}\n`,
    );
    // When it was written is kept with the file.
    if (type === 'text') await utimes(file + part, timestamp / 1000, timestamp / 1000);
    await rename(file + part, file);
    this.written += 1;
  }

  end(): Promise<void> {
    return this.#endLog();
  }

  async #writeLog({ room_id, type, ...rest }: Line & { room_id: string }, file: string): Promise<void> {
    if (!this.#log) {
      this.#log = { room_id, file, isSkipped: this.#isThere(file) };
      await mkdir(dirname(file), { recursive: true });
      await rm(file + part, { force: true });
    }
    const line = type === 'feed' ? rest : { type, ...rest };
    if (!this.#log.isSkipped) await appendFile(file + part, `${JSON.stringify(line)}\n`);
  }

  async #endLog(): Promise<void> {
    const log = this.#log;
    this.#log = undefined;
    if (!log || log.isSkipped) return;
    await rename(log.file + part, log.file);
    this.written += 1;
  }

  #isThere(file: string): boolean {
    const isThere = !this.#force && existsSync(file);
    if (isThere) this.skipped += 1;
    return isThere;
  }

  #fileOf(line: Line & { room_id: string }): string {
    const room_id = parseRoomId(line.room_id);
    const kind = kindOf(room_id);
    const extension = line.type === 'text' ? '.txt' : isLog(line) ? '.ndjson' : '.json';
    return join(this.#folder, kind, `${room_id.slice(kind.length + 1)}${extension}`);
  }
}

/** Whether it is a part of a room's log, and not its content. */
function isLog(line: Line): boolean {
  return !('content' in line);
}

/** The lines of a folder, of a file, or of what comes in, each as JSON with the place where it is from. */
export async function* linesIn(path: string): AsyncGenerator<{ json: string; from: string }> {
  if (isOneFile(path)) {
    let number = 0;
    for await (const json of splitLines(path === '-' ? process.stdin : createReadStream(path))) {
      number += 1;
      if (json.trim() !== '') yield { json, from: `${path}:${number}` };
    }
    return;
  }
  for (const entry of await sorted(path)) {
    const inside = join(path, entry.name);
    if (!entry.isDirectory()) yield* songIn(inside, encodeURIComponent(basename(entry.name, extname(entry.name))));
    else if (kindForm.test(entry.name))
      for (const file of await sorted(inside)) yield* roomIn(join(inside, file.name), entry.name);
  }
}

/** The lines of what comes in pieces. */
export async function* splitLines(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let begun: string[] = [];
  for await (const piece of pieces) {
    const [first = '', ...others] = decoder.decode(piece, { stream: true }).split('\n');
    begun.push(first);
    for (const next of others) {
      yield begun.join('');
      begun = [next];
    }
  }
  yield begun.join('');
}

async function sorted(folder: string) {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.sort((one, other) => (one.name < other.name ? -1 : 1));
}

async function* roomIn(file: string, kind: string): AsyncGenerator<{ json: string; from: string }> {
  const id = basename(file, extname(file));
  if (songFiles.includes(extname(file).toLowerCase())) yield* songIn(file, id, kind);
  else if (file.endsWith('.json')) {
    const line = { room_id: `${kind}:${id}`, type: kind, ...jsonIn(await readFile(file, 'utf8'), file) };
    yield { json: JSON.stringify(line), from: file };
  } else if (file.endsWith('.yjs')) {
    const [bytes, { mtimeMs }] = await Promise.all([readFile(file), stat(file)]);
    const place = { room_id: `${kind}:${id}`, type: 'yjs', timestamp: Math.round(mtimeMs) };
    yield { json: JSON.stringify({ ...place, content: bytes.toString('base64') }), from: file };
  } else if (file.endsWith('.ndjson')) {
    for await (const { json, from } of linesIn(file))
      yield { json: JSON.stringify({ room_id: `${kind}:${id}`, type: 'feed', ...jsonIn(json, from) }), from };
  }
}

async function* songIn(file: string, id: string, kind = 'song'): AsyncGenerator<{ json: string; from: string }> {
  if (!songFiles.includes(extname(file).toLowerCase())) return;
  const [bytes, { mtimeMs }] = await Promise.all([readFile(file), stat(file)]);
  let content: string;
  try {
    content = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Error(`${file} is not UTF-8`);
  }
  const line = { room_id: `${kind}:${id}`, type: 'text', timestamp: Math.round(mtimeMs), content };
  yield { json: JSON.stringify(line), from: file };
}

function jsonIn(text: string, from: string): object {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${from} is no JSON`);
  }
}
