/**
 * The page's service worker: what the page is made of is on the device, so that it opens without a network. The server that
 * answers is always asked first: an old page is shown only where no server says that there is a newer one.
 */

/** What the server writes before this file. */
interface Served {
  /** Another one for each change of any file. */
  version: string;
  basePath: string;
  /** Paths of all files, below the base path. */
  files: string[];
}

interface Waiting extends Event {
  waitUntil(done: Promise<unknown>): void;
}

interface Fetching extends Waiting {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

interface Worker {
  readonly served: Served;
  readonly location: Location;
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: 'install' | 'activate', listener: (event: Waiting) => void): void;
  addEventListener(type: 'fetch', listener: (event: Fetching) => void): void;
}

const worker = self as unknown as Worker;
const { version, basePath, files } = worker.served;
const prefix = `tutti ${basePath} `;
const page = `${basePath}/index.html`;
/** How long a server may take to answer before the page is shown as it is here, in milliseconds. */
const patience = 4_000;
/** Answers say that they vary by the encoding and the origin, which is the page's whatever asks. */
const anyVary = { ignoreVary: true };

worker.addEventListener('install', (event) => event.waitUntil(install()));
worker.addEventListener('activate', (event) => event.waitUntil(activate()));
worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== worker.location.origin || !url.pathname.startsWith(basePath)) return;
  const path = url.pathname.slice(basePath.length);
  if (request.mode === 'navigate') {
    if (/^\/?$|^\/(?:song|session|setlist)\//.test(path)) event.respondWith(fromServer(request, page));
  } else if (path.startsWith('/assets/')) event.respondWith(fromDevice(request));
  else if (files.includes(path)) event.respondWith(fromServer(request, url.pathname));
});

async function install(): Promise<void> {
  const cache = await caches.open(prefix + version);
  await cache.addAll(files.map((file) => basePath + file));
  await worker.skipWaiting();
}

/** What other versions have kept goes. */
async function activate(): Promise<void> {
  const others = (await caches.keys()).filter((name) => name.startsWith(prefix) && name !== prefix + version);
  await Promise.all(others.map((name) => caches.delete(name)));
  await worker.clients.claim();
}

/** What has its content in its name never changes. */
async function fromDevice(request: Request): Promise<Response> {
  return (await caches.match(request, anyVary)) ?? fetch(request);
}

/** As the server has it; where none answers, as it is here. */
async function fromServer(request: Request, kept: string): Promise<Response> {
  const here = await caches.match(kept, anyVary);
  if (!here) return fetch(request);
  const asked = fetch(request).catch(() => undefined);
  const late = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), patience));
  const answer = await Promise.race([asked, late]);
  // What stands before the server says that it is away.
  return answer && answer.status !== 502 && answer.status !== 504 ? answer : here;
}
