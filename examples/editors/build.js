/** All pages at once: what they share is in files of its own. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'node:path';
import { build } from 'esbuild';

const pages = readdirSync('pages').map((file) => parse(file).name);

await build({
  entryPoints: {
    ...Object.fromEntries(pages.map((name) => [name, `./pages/${name}`])),
    worker: 'monaco-editor/editor/editor.worker', // Monaco's
  },
  bundle: true,
  splitting: true,
  minify: true,
  format: 'esm',
  jsx: 'automatic',
  outdir: 'dist',
  loader: { '.ttf': 'file' },
  // y-monaco names a file that Monaco exports no more.
  alias: { 'monaco-editor/esm/vs/editor/editor.api.js': 'monaco-editor/editor' },
});

const html = readFileSync('page.html', 'utf8');
for (const name of pages) writeFileSync(`dist/${name}.html`, html.replaceAll('page.', `${name}.`));
