import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { Client, memoryStorage, type Room } from '../../client/index.ts';
import { browser, complaintsOf } from './browser.ts';
import { cleanup } from './cleanup.ts';
import { tokenFor } from './server.ts';

/**
 * A program for a browser, from a file or from source text with imports as our packages' users write them: of this
 * repository, or of a project in which they are installed.
 */
export async function bundle(
  source: { file: string } | { text: string; loader: 'ts' | 'tsx' },
  project?: string,
): Promise<string> {
  const { outputFiles } = await build({
    ...('file' in source
      ? { entryPoints: [source.file] }
      : { stdin: { contents: source.text, loader: source.loader, resolveDir: project ?? process.cwd() } }),
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    jsx: 'automatic',
    target: 'es2023',
    define: { 'process.env.NODE_ENV': '"development"', ...ofVue },
    loader: { '.ttf': 'empty' },
    outdir: 'out',
    ...(!project && { alias: ours }),
  });
  const script = outputFiles.find(({ path }) => path.endsWith('.js'));
  if (!script) throw new Error('nothing came of the bundle');
  return script.text;
}

/** What Vue's bundles ask for. */
const ofVue = {
  __VUE_OPTIONS_API__: 'false',
  __VUE_PROD_DEVTOOLS__: 'false',
  __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
};

/** What `tutti/*` is here, and Monaco without its languages: test/examples has it whole. */
const ours = {
  'monaco-editor': 'monaco-editor/editor',
  'tutti/client': './client/index.ts',
  'tutti/codemirror': './client/bindings/codemirror.ts',
  'tutti/monaco': './client/bindings/monaco.ts',
  'tutti/react': './client/react/index.ts',
  'tutti/textarea': './client/bindings/textarea.ts',
};

export interface Opened {
  page: Page;
  /** What the page has thrown or complained about. */
  complaints: string[];
}

interface Program {
  /** Found by it as `globalThis.token`, and at `/token`. */
  token: string;
  /** As bundle() makes it. */
  script: string;
  /** What stands in the page. */
  body?: string;
}

/** A window of its own on the server's origin that runs a program. It ends with the test. */
export async function openPage(server: { url: string }, { token, script, body = '' }: Program): Promise<Opened> {
  const context = await (await browser()).newContext({ bypassCSP: true });
  cleanup(() => context.close());
  const complaints = complaintsOf(context);
  const page = await context.newPage();
  await page.route('**/favicon.ico', (route) => route.fulfill());
  await page.route('**/token', (route) => route.fulfill({ body: token }));
  // A page of the server's own origin that is there in every server, and is replaced by ours.
  await page.goto(`${server.url}/api/v1/health`);
  await page.setContent(`<!doctype html><html lang="en"><title>test</title><body>${body}</body></html>`);
  await page.addScriptTag({ content: `globalThis.token = ${JSON.stringify(token)}` });
  await page.addScriptTag({ content: script, type: 'module' });
  return { page, complaints };
}

/** Someone else in a room, in Node; it ends with the test. */
export function roomFor(server: { url: string }, sub: string, id: string): Room {
  const client = new Client(server.url, { token: tokenFor({ sub, name: sub }), storage: memoryStorage() });
  client.connect();
  cleanup(() => client.disconnect());
  return client.room(id);
}
