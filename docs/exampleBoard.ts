import { readFileSync } from 'node:fs';
import { build } from 'esbuild';
import type { BrowserContext } from 'playwright-core';

/** Has a browser profile find examples/board at a server's address, as the example's own server has it there. */
export async function serveBoard(context: BrowserContext, url: string, token: string): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: ['examples/board/page.tsx', 'examples/board/page.css'],
    bundle: true,
    write: false,
    format: 'esm',
    jsx: 'automatic',
    outdir: 'out',
    alias: {
      'tutti/board': './client/board.ts',
      'tutti/client': './client/index.ts',
      'tutti/react': './client/react/index.ts',
    },
  });
  const file = (ending: string) => outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? '';
  const answers: Record<string, [contentType: string, body: string]> = {
    '/': ['text/html', readFileSync('examples/board/index.html', 'utf8')],
    '/page.js': ['text/javascript', file('.js')],
    '/page.css': ['text/css', file('.css')],
    '/token': ['text/plain', token],
  };
  for (const [path, [contentType, body]] of Object.entries(answers)) {
    await context.route(
      (address) => address.origin === url && address.pathname === path,
      (route) => route.fulfill({ contentType, body }),
    );
  }
}
