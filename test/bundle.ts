/** What the client adds to a page: `npm run bundle`. Fails when our own part outgrows its bound. */
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** Bytes, gzipped, of our own code. */
const bound = 12 * 1024;

async function gzipped(entry: string, { names = '*', external = [] as string[] } = {}): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: `export ${names} from '${entry}'`, resolveDir: process.cwd() },
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    platform: 'browser',
    external,
  });
  const [output] = outputFiles;
  if (!output) throw new Error(`nothing came of ${entry}`);
  return gzipSync(output.contents, { level: 9 }).length;
}

const libraries = ['socket.io-client', 'idb-keyval'];
for (const library of libraries) report(library, await gzipped(library));
const own = await gzipped('./client/index.ts', { names: '{ connect }', external: libraries });
report('connect', own, `at most ${bound / 1024} KiB`);
report('all of tutti/client', await gzipped('./client/index.ts', { external: libraries }));
if (own > bound) process.exitCode = 1;

function report(name: string, bytes: number, more = ''): void {
  console.log(`${name.padEnd(18)}${(bytes / 1024).toFixed(1).padStart(5)} KiB (${bytes}) gzipped ${more}`);
}
