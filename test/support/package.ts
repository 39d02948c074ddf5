import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { buildClient } from '../../packing/buildClient.ts';
import { temporaryDirectory } from './process.ts';

const run = promisify(execFile);
const quietly = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];

/** What `npm publish` would send of a package, as a file: `tutti` where no folder is named. */
export async function pack(folder = '.'): Promise<string> {
  const directory = temporaryDirectory();
  // `npm test` has built it.
  const options = ['--ignore-scripts', '--silent', '--pack-destination', directory];
  const { stdout } = await run('npm', ['pack', resolve(folder), ...options]);
  return join(directory, stdout.trim().split('\n').at(-1) ?? '');
}

/** The same of `tutti-client`. */
export async function packClient(): Promise<string> {
  const folder = temporaryDirectory();
  buildClient(folder);
  return pack(folder);
}

/** The example under a heading of a page, in one of these languages, as it stands there. */
export function exampleIn(page: string, heading: string, ...languages: string[]): string {
  const section =
    readFileSync(page, 'utf8')
      .split(/^#+ /m)
      .find((part) => part.startsWith(heading)) ?? '';
  const code = new RegExp(`\`\`\`(?:${languages.join('|')})\\n(.*?)\`\`\``, 's').exec(section)?.[1];
  if (!code) throw new Error(`${page} has no example under ${heading}`);
  return code;
}

/** What the pages in a package link to, or show, and is not in it. */
export function brokenLinks(folder: string): string[] {
  const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'));
  return pages.flatMap((page) => {
    const text = readFileSync(join(folder, page), 'utf8').replaceAll(/```.*?```/gs, '');
    const links = [...text.matchAll(/\]\((?!\w+:|#)([^)#]+)|(?:src|href)="(?!\w+:|#)([^"#]+)/g)];
    const broken = links.filter(([, one, other]) => !existsSync(join(folder, dirname(page), one ?? other ?? '')));
    return broken.map(([, one, other]) => `${page}: ${one ?? other}`);
  });
}

/** Makes a project of an empty folder, with these packages installed: versions of the registry, or files. */
export async function install(project: string, packages: string[]): Promise<void> {
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  await run('npm', ['install', ...quietly, ...packages], { cwd: project });
}
