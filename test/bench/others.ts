import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Whether other servers are there, which have a package.json of their own. */
export function installed(folder: string): boolean {
  return existsSync(`${folder}/node_modules`);
}

/** Installs them, when they are first measured. */
export function install(folder: string, names: string): void {
  console.log(`  installing ${names}, once`);
  const args = ['ci', '--prefix', folder, '--omit', 'optional', '--no-audit', '--no-fund', '--loglevel', 'error'];
  if (spawnSync('npm', args, { stdio: 'inherit' }).status !== 0) throw new Error(`${names} could not be installed`);
}
