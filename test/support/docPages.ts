import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Client, type Documents, type ReplicaStorage, type SharedState } from '../../client/index.ts';
import type { CollaborationServer, ServerOptions } from '../../server/index.ts';
import type { DocumentType } from '../../shared/documents/type.ts';
import { cleanup } from './cleanup.ts';
import { temporaryDirectory } from './process.ts';
import { tokenFor } from './server.ts';

/** Where what the package exports is written. */
const sources = {
  server: 'server/index.ts',
  client: 'client/index.ts',
  shared: 'shared/index.ts',
  board: 'client/board.ts',
  events: 'client/events.ts',
  yjs: 'client/yjs/index.ts',
  'yjs-server': 'server/yjs/index.ts',
};

export type Programs = ReadonlyMap<string, string>;

/** The programs of a page, by the names that they have there. */
export function programsOf(page: string): Programs {
  const found = readFileSync(join('docs', page), 'utf8').matchAll(/```ts\n\/\/ (\S+)\n(.+?)```/gs);
  return new Map([...found].map(([, name = '', text = '']) => [name, text]));
}

/** Those of docs/kinds.md. */
export const programs = programsOf('kinds.md');

/** What their types refuse. */
export const wrong = `
import { connect, feeds } from 'tutti/client';
import { polls } from './client.ts';

const room = connect('http://localhost:3000', { documents: [polls] }).room('poll:lunch');
// @ts-expect-error: an option is a text.
room.document(polls).vote(5);
// @ts-expect-error: a feed has no votes.
room.document(feeds).vote('soup');
// @ts-expect-error: a position in a song is a number.
room.setCursor('soup');
`;

/** Fails by what the compiler has to say of the programs, strict as it is for the project. */
export function checkTypes(programs: Programs): void {
  const folder = temporaryDirectory();
  for (const [name, text] of programs) {
    mkdirSync(join(folder, dirname(name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  const paths = Object.fromEntries(Object.entries(sources).map(([name, path]) => [`tutti/${name}`, [resolve(path)]]));
  const modules = { '*': [resolve('node_modules/*')] };
  const compilerOptions = {
    paths: { ...paths, ...modules },
    typeRoots: [resolve('node_modules/@types')],
    types: ['node'],
  };
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: resolve('tsconfig.json'),
      compilerOptions,
      include: ['**/*.ts', resolve('server/logs/*.d.ts')],
    }),
  );
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const { stdout } = spawnSync(resolve('node_modules/.bin/tsc'), ['-p', folder], { encoding: 'utf8' });
  assert.equal(stdout, '');
}

export type Poll = readonly { user_id: string; option: string }[];
export interface SharedPoll extends SharedState<Poll, unknown> {
  vote(option: string): Promise<number>;
}

/** What the programs export. */
export interface Example {
  poll: DocumentType<Poll, { option: string }>;
  start(options: ServerOptions): Promise<CollaborationServer>;
  polls: Documents<SharedPoll>;
}

/** Someone in the room `poll:lunch` of the example. It ends with the test. */
export function voter({ url }: { url: string }, polls: Example['polls'], sub: string, storage: ReplicaStorage) {
  const client = new Client(url, { token: tokenFor({ sub }), documents: [polls], storage });
  client.connect();
  cleanup(() => client.disconnect());
  const room = client.room('poll:lunch');
  return { client, room, lunch: room.document(polls) };
}

/** Writes programs where they can be run as they stand there. Returns how to load one. */
export function runnable(programs: Programs): (name: string) => Promise<Record<string, unknown>> {
  const folder = temporaryDirectory();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  for (const [name, text] of programs)
    writeFileSync(
      join(folder, name),
      text.replace(
        /'tutti\/([\w-]+)'/g,
        (_, name: keyof typeof sources) => `'${pathToFileURL(resolve(sources[name]))}'`,
      ),
    );
  return (name) => import(pathToFileURL(join(folder, name)).href);
}

/** Runs those of docs/kinds.md. */
export async function runExample(): Promise<Example> {
  const load = runnable(programs);
  const [{ poll }, { start }, { polls }] = (await Promise.all(['poll.ts', 'server.ts', 'client.ts'].map(load))) as [
    Pick<Example, 'poll'>,
    Pick<Example, 'start'>,
    Pick<Example, 'polls'>,
  ];
  return { poll, start, polls };
}
