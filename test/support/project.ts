import { cpSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { temporaryDirectory } from './process.ts';

const sources = [
  'server',
  'client',
  'shared',
  'dev.ts',
  'package.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'vite.config.ts',
];

/** The project in a folder of its own: it is built and changed there, while other tests use what is here. */
export function copyOfProject(): string {
  const folder = temporaryDirectory();
  for (const name of sources) cpSync(name, join(folder, name), { recursive: true });
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  return folder;
}
