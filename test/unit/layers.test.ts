import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const biome = resolve('node_modules/@biomejs/biome/bin/biome');

/** A folder with the project's own configuration and the files that are named, as `npm run check` lints them. */
function lint(files: Record<string, string>): { passes: boolean; output: string } {
  const folder = mkdtempSync(join(tmpdir(), 'tutti-layers-'));
  try {
    for (const name of ['biome.json', '.gitignore']) cpSync(name, join(folder, name));
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const { status, stdout, stderr } = spawnSync(biome, ['check'], { cwd: folder, encoding: 'utf8' });
    return { passes: status === 0, output: stdout + stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const type = 'export type Kept = string;\n';
const use = (path: string) => `import type { Kept } from '${path}';\n\nexport type Used = Kept;\n`;

describe('the layers, as npm run check has them', () => {
  it('let an arrow run down', () => {
    const { passes, output } = lint({ 'server/logs/kept.ts': type, 'server/rooms/used.ts': use('../logs/kept.ts') });
    assert(passes, output);
  });

  it('refuse a circle, of types too', () => {
    const { passes, output } = lint({
      'server/rooms/one.ts': "import type { Two } from './two.ts';\n\nexport type One = Two | 1;\n",
      'server/rooms/two.ts': "import type { One } from './one.ts';\n\nexport type Two = One[];\n",
    });
    assert(!passes);
    assert.match(output, /noImportCycles/);
  });

  for (const [from, to] of [
    ['server/logs/used.ts', '../rooms/kept.ts'],
    ['server/connections/used.ts', '../rooms/kept.ts'],
    ['server/watch/used.ts', '../door/kept.ts'],
    ['server/http/used.ts', '../server.ts'],
    ['server/rooms/used.ts', '../../client/room/kept.ts'],
    ['client/documents/used.ts', '../room/kept.ts'],
    ['client/documents/text/used.ts', '../../room/kept.ts'],
    ['client/react/used.ts', '../web/kept.ts'],
    ['client/room/used.ts', '../../server/rooms/kept.ts'],
    ['shared/used.ts', '../server/rooms/kept.ts'],
  ] as const) {
    it(`refuse an arrow upwards: ${from} → ${to}`, () => {
      const { passes, output } = lint({ [join(dirname(from), to)]: type, [from]: use(to) });
      assert(!passes);
      assert.match(output, /noRestrictedImports/);
    });
  }
});

interface Override {
  includes: string[];
  linter: { rules: { style?: { noRestrictedImports?: { options: { patterns: { group: string[] }[] } } } } };
}

describe('the layers, as CONTRIBUTING.md lists them', () => {
  const { overrides } = JSON.parse(readFileSync('biome.json', 'utf8')) as { overrides: Override[] };
  const contributing = readFileSync('CONTRIBUTING.md', 'utf8');

  /** The folders of the same side that one may not know, by biome.json. */
  function forbidden(side: string, folder: string): string[] {
    const rule = overrides.find(({ includes }) => includes.includes(`${side}/${folder}/**`));
    assert.ok(rule, `biome.json has no rule for ${side}/${folder}`);
    const groups = rule.linter.rules.style?.noRestrictedImports?.options.patterns.flatMap(({ group }) => group) ?? [];
    return groups.flatMap((pattern) => /^\.\.\/(\w+)\/\*\*$/.exec(pattern)?.[1] ?? []);
  }

  for (const side of ['server', 'client']) {
    it(`are all the folders of ${side}/, in the order that biome.json has`, () => {
      const entries = readdirSync(side, { withFileTypes: true });
      const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
      const rows = [...contributing.matchAll(new RegExp(`^\\| \`${side}/(\\w+)\``, 'gm'))].map(([, name = '']) => name);
      assert.deepEqual(rows.toSorted(), folders.sort());
      for (const [at, folder] of rows.entries())
        assert.deepEqual(
          forbidden(side, folder).sort(),
          rows.slice(0, at).sort(),
          `${side}/${folder} may not know these`,
        );
    });
  }
});
