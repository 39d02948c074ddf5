import { type Server as HttpServer, type IncomingMessage, type RequestListener, ServerResponse } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ConfigError } from './config.ts';
import { giveBack } from './door/upgrades.ts';

/** An HTTP server, on which others may listen as well. */
export type WebServer = HttpServer | HttpsServer;

/** What is answered under some paths. */
export interface Routes {
  readonly paths: readonly string[];
  /** Whether it answers a path, which begins with one of those. */
  has(path: string): boolean;
  request: RequestListener;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/** The events by which Node asks for an answer. */
const asking = ['request', 'checkContinue', 'checkExpectation', 'upgrade'];

/** What is answered on each HTTP server, and how to leave that alone again. */
const mounted = new WeakMap<WebServer, { routes: Set<Routes>; release(): void }>();

/**
 * Answers some paths of an HTTP server before anyone else who listens there, earlier or later: frameworks answer whatever
 * they hear of. All else goes on as before. Returns how to end it. Throws ConfigError where the paths are another's.
 */
export function mount(http: WebServer, routes: Routes): () => void {
  const { routes: all, release } = mounted.get(http) ?? intercept(http);
  const others = [...all].flatMap(({ paths }) => paths);
  for (const path of routes.paths) {
    const other = others.find((other) => isUnder(path, other) || isUnder(other, path));
    if (other === undefined) continue;
    if (all.size === 0) release();
    throw new ConfigError(`basePath: ${path || '/'} and ${other || '/'} are of two servers on one HTTP server`);
  }
  all.add(routes);
  return () => {
    all.delete(routes);
    if (all.size === 0) release();
  };
}

/** Whether a path is another, or below it. */
export function isUnder(path: string, base: string): boolean {
  return path === base || path.startsWith(`${base}/`);
}

/** The path that is asked for, without its query. */
export function pathOf({ url = '' }: IncomingMessage): string {
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
}

/**
 * The response to a request whose socket Node has let go of because it asked for an upgrade that nobody makes: without
 * listeners for upgrades it would have been a request like any other. Undefined where it had a body, which is lost.
 */
export function responseTo(request: IncomingMessage, socket: Duplex): ServerResponse | undefined {
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers;
  socket.on('error', () => socket.destroy());
  if (length !== '0' || encoding !== undefined) {
    socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    return undefined;
  }
  request.push(null);
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as Socket);
  response.once('finish', () => (socket as Socket).destroySoon());
  return response;
}

/** Listeners can not keep a request from other listeners: what is told to them goes by here first. */
function intercept(http: WebServer) {
  const routes = new Set<Routes>();
  const own = Object.getOwnPropertyDescriptor(http, 'emit');
  const tell = http.emit as (event: unknown, ...args: unknown[]) => boolean;

  const emit = (event: unknown, ...args: unknown[]) => {
    const [request] = args as [IncomingMessage];
    const path = asking.includes(event as string) ? pathOf(request) : undefined;
    const taking = path === undefined ? undefined : [...routes].find((each) => each.has(path));
    if (!taking) return tell.call(http, event, ...args);
    if (event === 'upgrade' && giveBack(...(args as Parameters<typeof giveBack>))) return true;
    answer(taking, event as string, args);
    return true;
  };
  /** Node asks for an upgrade only where somebody listens. */
  const unheard = (request: IncomingMessage, socket: Duplex) => {
    if (http.listenerCount('upgrade') > 1) return;
    const response = responseTo(request, socket);
    if (response) http.emit('request', request, response);
  };

  Object.defineProperty(http, 'emit', { value: emit, configurable: true, writable: true });
  http.on('upgrade', unheard);
  const mount = {
    routes,
    release() {
      mounted.delete(http);
      http.off('upgrade', unheard);
      // Where another has done the same since, this stays below it and does nothing.
      if ((http.emit as unknown) !== emit) return;
      if (own) Object.defineProperty(http, 'emit', own);
      else Reflect.deleteProperty(http, 'emit');
    },
  };
  mounted.set(http, mount);
  return mount;
}

function answer(routes: Routes, event: string, args: unknown[]): void {
  if (event === 'upgrade') {
    routes.upgrade(...(args as Parameters<Routes['upgrade']>));
    return;
  }
  const [request, response] = args as Parameters<RequestListener>;
  if (event === 'checkExpectation') {
    response.writeHead(417).end();
    return;
  }
  if (event === 'checkContinue') response.writeContinue();
  routes.request(request, response);
}
