import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { withoutZod } from './contractTypes.ts';

type Named<Value> = Record<string, Value>;

interface Manifest {
  exports: Named<string | Named<string>>;
  dependencies: Named<string>;
  peerDependencies: Named<string>;
  peerDependenciesMeta: Named<object>;
  keywords: string[];
  [field: string]: unknown;
}

/** What both packages say alike, as far as it is said: where the repository is, is not known before it is public. */
const common = ['version', 'license', 'type', 'keywords', 'repository', 'bugs', 'homepage', 'publishConfig', 'engines'];
/** The declarations that say with Zod what the client is told without. */
const contract = 'dist/shared/events.d.ts';
const texts = ['LICENSE', 'CHANGELOG.md'];
const documents = ['docs/react.md', 'docs/board.md', 'docs/events.md', 'docs/editors.md', 'docs/stores.md'];

/**
 * Makes a folder with the package `tutti-client`: all that `tutti` exports of the client, the files that these import,
 * and a package.json that follows from the one of `tutti`.
 */
export function buildClient(folder: string): void {
  const root = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
  const exported = Object.entries(root.exports).flatMap(([name, target]) =>
    typeof target === 'object' && target.default?.startsWith('./dist/client/') ? [[name, target] as const] : [],
  );
  const entries = exported.flatMap(([, target]) => Object.values(target).map((path) => join(path)));
  const { files, packages } = importedBy(entries);

  rmSync(folder, { recursive: true, force: true });
  for (const file of files) copy(file, join(folder, relative('dist', file)));
  const whole = `https://unpkg.com/tutti@${root.version}`;
  for (const name of texts) write(join(folder, name), linked(name, whole));
  for (const name of documents) write(join(folder, name), toClient(linked(name, whole)));
  write(join(folder, 'README.md'), readFileSync('packing/client.md', 'utf8'));

  const only = <Value>(named: Named<Value>) =>
    Object.fromEntries(Object.entries(named).filter(([name]) => packages.has(name)));
  const manifest = {
    name: 'tutti-client',
    description: 'The client of Tutti: many people write one song, and nothing is lost',
    ...Object.fromEntries(common.map((field) => [field, root[field]])),
    exports: {
      ...Object.fromEntries(exported.map(([name, target]) => [name === './client' ? '.' : name, inFolder(target)])),
      './package.json': './package.json',
    },
    sideEffects: false,
    dependencies: only(root.dependencies),
    peerDependencies: only(root.peerDependencies),
    peerDependenciesMeta: only(root.peerDependenciesMeta),
  };
  write(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

function inFolder(target: Named<string>): Named<string> {
  return Object.fromEntries(
    Object.entries(target).map(([condition, path]) => [condition, path.replace('/dist/', '/')]),
  );
}

/** All files that some files import, those included, and the packages, declarations as well as programs. */
function importedBy(entries: string[]): { files: Set<string>; packages: Set<string> } {
  const files = new Set(entries);
  const packages = new Set<string>();
  for (const file of files) {
    for (const [, path = ''] of contentOf(file).matchAll(/(?:\bfrom |\bimport ?\(?)['"]([^'"]+)['"]/g)) {
      if (!path.startsWith('.')) packages.add(/^(@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? path);
      else files.add(resolved(file, path));
    }
  }
  return { files, packages };
}

/** The file behind an import: declarations import by the names of the sources. */
function resolved(file: string, path: string): string {
  const target = join(dirname(file), path);
  return file.endsWith('.d.ts') ? target.replace(/\.[jt]sx?$/, '.d.ts') : target;
}

function contentOf(file: string): string {
  const content = readFileSync(file, 'utf8');
  return file === contract ? withoutZod(content) : content;
}

function copy(file: string, to: string): void {
  write(to, contentOf(file));
  const map = `${file}.map`;
  if (existsSync(map)) cpSync(map, `${to}.map`);
}

function write(file: string, content: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

/** A text in which what is not in this package is linked to where it is: in the package that has all of it. */
function linked(name: string, whole: string): string {
  return readFileSync(name, 'utf8').replaceAll(/\]\((?!\w+:|#)([^)#]+)/g, (link, path: string) => {
    const target = join(dirname(name), path);
    const isHere = [...texts, ...documents].includes(target);
    return isHere ? link : `](${whole}/${target}`;
  });
}

/** Text that is about `tutti`, as it is about `tutti-client`. */
function toClient(text: string): string {
  return text.replaceAll('tutti/client', 'tutti-client').replaceAll(/tutti\/(\w+)/g, 'tutti-client/$1');
}
