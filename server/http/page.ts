import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type Context, Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import type { Place } from './services.ts';
import type { HttpEnv } from './tokens.ts';

const contentTypes: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
};

const workerPath = '/sw.js';

interface File {
  body: Buffer<ArrayBuffer>;
  /** Made when it is first asked for: it takes longer than all else that a server begins with. */
  gzipped(): Promise<Buffer<ArrayBuffer>>;
  etag: string;
  type: string;
}

const compress = promisify<Buffer, Buffer<ArrayBuffer>>(gzip);

/** The page: the files that `npm run build` made, in memory, as it is where it is served. Where it was not built there is none. */
export function pageRoutes(place: Place): Hono<HttpEnv> {
  const files = readFiles(join(packageFolder(), 'dist/web'), place);
  const routes = new Hono<HttpEnv>();
  if (files.size === 0) return routes;

  routes.use(
    secureHeaders({
      strictTransportSecurity: false,
      contentSecurityPolicy: {
        defaultSrc: ["'self'"],
        // Editors set styles where they draw.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        // A session plays what somebody there has the link of, to who has turned the sound on.
        mediaSrc: ["'self'", 'https:'],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'self'"],
        // No text becomes markup or code, whoever wrote it: the page's one policy has it start its service worker.
        requireTrustedTypesFor: ["'script'"],
        trustedTypes: ['tutti'],
      },
      // A link may carry a token in its fragment; nothing of a link is told to other sites.
      referrerPolicy: 'no-referrer',
    }),
  );
  const worker = workerOf(files, place);
  if (worker) files.set(workerPath, worker);
  for (const path of files.keys()) routes.get(path, (context) => send(context, path));
  const pages = ['song', 'session', 'setlist'].flatMap((kind) => [`/${kind}/:id`, `/${kind}/:id/`]);
  for (const path of ['/', ...pages]) routes.get(path, (context) => send(context, '/index.html'));
  // Whoever typed another address is told so by the page.
  routes.get('*', async (context, next) => {
    const isTyped = context.req.header('accept')?.includes('text/html') && !context.req.path.startsWith('/api/');
    if (!isTyped) return next();
    context.status(404);
    return send(context, '/index.html');
  });
  return routes;

  async function send(context: Context<HttpEnv>, path: string): Promise<Response> {
    const { body, gzipped, etag, type } = files.get(path) as File;
    // The names of assets change with what is in them.
    const isAsset = path.startsWith('/assets/');
    context.header('Cache-Control', isAsset ? 'public, max-age=31536000, immutable' : 'no-cache');
    context.header('ETag', etag);
    context.header('Vary', 'Accept-Encoding', { append: true });
    if (context.req.header('if-none-match') === etag) return context.body(null, 304);
    context.header('Content-Type', type);
    if (!/\bgzip\b/.test(context.req.header('accept-encoding') ?? '')) return context.body(body);
    context.header('Content-Encoding', 'gzip');
    return context.body(await gzipped());
  }
}

/** All files of a folder by their path from it, such as `/index.html`. */
function readFiles(folder: string, place: Place): Map<string, File> {
  const files = new Map<string, File>();
  if (!existsSync(folder)) return files;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const content = readFileSync(file);
    const isPage = extname(file) === '.html';
    const body = isPage ? Buffer.from(placed(content.toString(), place)) : content;
    files.set(file.slice(folder.length).replaceAll('\\', '/'), fileOf(body, extname(entry.name)));
  }
  return files;
}

function fileOf(body: Buffer<ArrayBuffer>, extension: string): File {
  let gzipped: Promise<Buffer<ArrayBuffer>> | undefined;
  return {
    body,
    gzipped() {
      gzipped ??= compress(body);
      return gzipped;
    },
    etag: `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
    type: contentTypes[extension] ?? 'application/octet-stream',
  };
}

/** The service worker, which knows all other files, and is another one whenever one of them is. */
function workerOf(files: ReadonlyMap<string, File>, { basePath }: Place): File | undefined {
  const worker = files.get(workerPath);
  if (!worker) return undefined;
  const others = [...files].filter(([path]) => path !== workerPath).sort(([one], [other]) => (one < other ? -1 : 1));
  const version = createHash('sha256').update(others.map(([path, { etag }]) => path + etag).join('\n'));
  const served = {
    version: version.digest('base64url').slice(0, 22),
    basePath,
    files: others.map(([path]) => path),
  };
  return fileOf(Buffer.from(`self.served = ${JSON.stringify(served)};\n${worker.body}`), '.js');
}

/** A page that finds its files, and its server. */
function placed(html: string, { basePath, socketPath, namespace }: Place): string {
  const data = `data-base-path="${basePath}" data-socket-path="${socketPath}" data-namespace="${namespace}"`;
  return html.replaceAll('="./', `="${basePath}/`).replace('<html', `<html ${data}`);
}

function packageFolder(): string {
  return dirname(createRequire(import.meta.url).resolve('tutti/package.json'));
}
