import { basename, join, relative, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { temporaryDirectory } from './process.ts';

/** What a program has of the product comes from what `npm run build` made. */
const fromBuild: Plugin = {
  name: 'from the build',
  setup({ onResolve }) {
    onResolve({ filter: /^(\.\.\/)+(server|client|shared)\// }, ({ path, resolveDir }) => ({
      path: resolve('dist', relative('.', resolve(resolveDir, path))).replace(/\.ts$/, '.js'),
      external: true,
    }));
  },
};

const made = new Map<string, Promise<string>>();

/** The path of a TypeScript program as JavaScript, which starts in a fraction of the time. It imports of packages nothing by itself. */
export function compiled(program: string): Promise<string> {
  let making = made.get(program);
  if (!making) {
    making = compile(program);
    made.set(program, making);
  }
  return making;
}

async function compile(program: string): Promise<string> {
  const outfile = join(temporaryDirectory(), `${basename(program, '.ts')}.mjs`);
  await build({
    entryPoints: [program],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    plugins: [fromBuild],
  });
  return outfile;
}
