import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Declaration, Declarations, type Exported } from './declarations.ts';
import { type GeneratedFile, locate, read } from './files.ts';

/** What package.json exports, lowest first: what two of them export is declared at the first. */
const entries = [
  'shared',
  'client',
  'board',
  'events',
  'textarea',
  'monaco',
  'codemirror',
  'vue',
  'svelte',
  'react',
  'yjs',
  'server',
  'yjs-server',
];

const root = fileURLToPath(locate(''));

/** The public face: a file for each `tutti/*`, with the types of all that it exports and of what those mention. */
export function apiFiles(): GeneratedFile[] {
  const folder = mkdtempSync(join(tmpdir(), 'tutti-api-'));
  try {
    const emit = ['--emitDeclarationOnly', '--incremental', 'false', '--tsBuildInfoFile', 'null', '--outDir', folder];
    execFileSync(bin('typescript/bin/tsc'), ['-p', 'tsconfig.build.json', ...emit], { cwd: root });
    return print(new Declarations(folder));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function print(declarations: Declarations): GeneratedFile[] {
  const { exports } = JSON.parse(readFileSync(locate('package.json'), 'utf8'));
  const missing = Object.keys(exports).filter((name) => name !== './package.json' && !entries.includes(name.slice(2)));
  if (missing.length > 0) throw new Error(`docs/api.ts: ${missing} is missing`);
  const homes = new Map<Declaration, string>();
  return entries.map((entry) => {
    const exported = [...declarations.exportsOf(sourceOf(exports[`./${entry}`].types)).values()];
    for (const { declaration } of exported) if (!homes.has(declaration)) homes.set(declaration, entry);
    const path = `docs/api/${entry}.d.ts`;
    return { path, current: read(path), wanted: format(face(entry, exported, homes)) };
  });
}

function face(entry: string, exported: Exported[], homes: Map<Declaration, string>): string {
  const isOwn = ({ declaration }: Exported) => homes.get(declaration) === entry;
  const own = exported.filter(isOwn);
  const handedOn = new Names();
  for (const { declaration, isType } of exported.filter((one) => !isOwn(one)))
    handedOn.add(`tutti/${homes.get(declaration)}`, declaration.name, isType);

  const shown = new Set(own.map(({ declaration }) => declaration));
  const imported = new Names();
  for (const { mentions, packages } of shown) {
    for (const [from, names] of packages) for (const name of names) imported.add(from, name, true);
    for (const mentioned of mentions) {
      const home = homes.get(mentioned) ?? entry;
      if (home === entry) shown.add(mentioned);
      else imported.add(`tutti/${home}`, mentioned.name, true);
    }
  }
  const sorted = [...shown].sort((one, other) => (one.name < other.name ? -1 : 1));
  const twice = sorted.find(({ name }, at) => name === sorted[at + 1]?.name);
  if (twice) throw new Error(`tutti/${entry}: two declarations that it shows are called ${twice.name}`);
  const isExported = (declaration: Declaration) => own.some((one) => one.declaration === declaration);
  const mentioned = sorted.filter((declaration) => !isExported(declaration));
  const note = mentioned.length > 0 ? ['\n// Not exported, but mentioned above.'] : [];
  return [
    `/** The public face of \`tutti/${entry}\`, as tsc declares it: written by \`npm run docs\`, to be read in a diff. */`,
    ...imported.lines('import'),
    ...exportsOf(own, false),
    ...exportsOf(own, true),
    ...handedOn.lines('export'),
    ...sorted.filter(isExported).map(({ text }) => `\n${text}`),
    ...note,
    ...mentioned.map(({ text }) => `\n${text}`),
  ].join('\n');
}

/** A line that exports values, or types, where there are any. */
function exportsOf(exported: Exported[], types: boolean): string[] {
  const names = exported.filter(({ isType }) => isType === types).map(({ declaration }) => declaration.name);
  return names.length > 0 ? [`${types ? 'export type' : 'export'} { ${names.sort().join(', ')} };`] : [];
}

/** Names by where they come from, values and types apart. */
class Names {
  readonly #names = new Map<string, { values: Set<string>; types: Set<string> }>();

  add(from: string, name: string, isType: boolean): void {
    const names = this.#names.get(from) ?? { values: new Set(), types: new Set() };
    (isType ? names.types : names.values).add(name);
    this.#names.set(from, names);
  }

  lines(keyword: 'import' | 'export'): string[] {
    return [...this.#names]
      .sort()
      .flatMap(([from, { values, types }]) => [
        ...(values.size > 0 ? [`${keyword} { ${[...values].sort().join(', ')} } from '${from}';`] : []),
        ...(types.size > 0 ? [`${keyword} type { ${[...types].sort().join(', ')} } from '${from}';`] : []),
      ]);
  }
}

function format(text: string): string {
  const format = ['format', '--stdin-file-path', 'api.d.ts'];
  return execFileSync(bin('@biomejs/biome/bin/biome'), format, { cwd: root, input: text, encoding: 'utf8' });
}

/** `./dist/client/index.d.ts` → `client/index.ts`. */
function sourceOf(types: string): string {
  return types.replace('./dist/', '').replace(/\.d\.ts$/, '.ts');
}

function bin(path: string): string {
  return fileURLToPath(locate(`node_modules/${path}`));
}
