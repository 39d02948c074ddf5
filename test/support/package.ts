import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryDirectory } from './process.ts';

const run = promisify(execFile);
const quietly = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];

/** What `npm publish` would send, as a file. */
export async function pack(): Promise<string> {
  const directory = temporaryDirectory();
  // `npm test` has built it.
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', directory]);
  return join(directory, stdout.trim().split('\n').at(-1) ?? '');
}

/** Makes a project of an empty folder, with these packages installed: versions of the registry, or files. */
export async function install(project: string, packages: string[]): Promise<void> {
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  await run('npm', ['install', ...quietly, ...packages], { cwd: project });
}
