/** What the client adds to a page: `npm run bundle`. Fails when our own part outgrows its bound. */
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** Bytes, gzipped, of our own code and what it needs besides socket.io-client. */
const bound = 12 * 1024;

async function gzipped(entry: string, external: string[] = []): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: `export * from '${entry}'`, resolveDir: process.cwd() },
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

const socket = await gzipped('socket.io-client');
const own = await gzipped('./client/index.ts', ['socket.io-client']);
console.log(`socket.io-client  ${(socket / 1024).toFixed(1)} KiB gzipped`);
console.log(`tutti/client      ${(own / 1024).toFixed(1)} KiB gzipped on top of it, at most ${bound / 1024} KiB`);
if (own > bound) process.exitCode = 1;
