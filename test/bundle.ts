/** What the client adds to a page: `npm run bundle`. Fails when our own part outgrows its bounds. */
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** Bytes, gzipped, of our own code: what a page loads first, and that with what few or later moments need. */
const bounds = { first: 14.35 * 1024, whole: 15.4 * 1024 };

/** What a page loads at once, and all of it. */
async function gzipped(entry: string, { names = '*', external = [] as string[] } = {}) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: `export ${names} from '${entry}'`, resolveDir: process.cwd() },
    bundle: true,
    splitting: true,
    outdir: '.',
    write: false,
    metafile: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    external,
  });
  const outputs = new Map(Object.entries(metafile.outputs));
  const start = [...outputs].find(([, { entryPoint }]) => entryPoint === '<stdin>')?.[0] ?? '';
  const loaded = new Set([start]);
  for (const path of loaded)
    for (const { path: next, kind } of outputs.get(path)?.imports ?? [])
      if (kind === 'import-statement' && outputs.has(next)) loaded.add(next);
  const sizes = outputFiles.map(({ path, contents }) => ({
    isFirst: [...loaded].some((each) => path.endsWith(`/${each}`)),
    bytes: gzipSync(contents, { level: 9 }).length,
  }));
  const sum = (some: typeof sizes) => some.reduce((total, { bytes }) => total + bytes, 0);
  return { first: sum(sizes.filter(({ isFirst }) => isFirst)), whole: sum(sizes) };
}

const libraries = ['socket.io-client', 'idb-keyval'];
for (const library of libraries) report(library, (await gzipped(library)).whole);
const own = await gzipped('./client/index.ts', { names: '{ connect }', external: libraries });
report('connect', own.first, `at most ${bounds.first / 1024} KiB`);
report('connect, later too', own.whole, `at most ${bounds.whole / 1024} KiB`);
report('all of tutti/client', (await gzipped('./client/index.ts', { external: libraries })).whole);
if (own.first > bounds.first || own.whole > bounds.whole) process.exitCode = 1;

function report(name: string, bytes: number, more = ''): void {
  console.log(`${name.padEnd(20)}${(bytes / 1024).toFixed(1).padStart(5)} KiB (${bytes}) gzipped ${more}`);
}
