import type { IncomingMessage, RequestListener } from 'node:http';
import type { Server as Engine } from 'engine.io';
import type { Paths } from './config.ts';
import { inTurn } from './door/inTurn.ts';
import { isUnder, pathOf, type Routes, responseTo } from './mount.ts';
import type { WatchSocket } from './wire/readers.ts';

export interface RoutesOptions {
  paths: Paths;
  /** What is asked over HTTP, by paths without the base. */
  app: RequestListener;
  /** Socket.IO's; undefined where the application has it. */
  engine: Engine | undefined;
  /** Where the application's own Socket.IO is, which may be below the base. */
  sharedPath: string | undefined;
  watchSocket: WatchSocket;
}

/** A request, of which frameworks keep what was asked. */
type Asked = IncomingMessage & { originalUrl?: string };

/** All that is answered over HTTP: the API, the page, and Socket.IO. */
export function createRoutes({ paths, app, engine, sharedPath, watchSocket }: RoutesOptions): Routes {
  const { basePath, socketPath } = paths;
  const isSocket = (path: string) => engine !== undefined && path.startsWith(`${socketPath}/`);

  const request = inTurn((request: Asked, response) => {
    response.once('close', watchSocket(request.socket));
    // Frameworks take off what a handler is mounted at, and keep the whole.
    const { originalUrl = request.url } = request;
    request.url = originalUrl ?? '/';
    if (isSocket(pathOf(request))) {
      engine?.handleRequest(request as Parameters<Engine['handleRequest']>[0], response);
      return;
    }
    if (isUnder(pathOf(request), basePath)) request.url = rooted(request.url.slice(basePath.length));
    app(request, response);
  });

  return {
    paths: isUnder(socketPath, basePath) || !engine ? [basePath] : [basePath, socketPath],
    has: (path) => isSocket(path) || (isUnder(path, basePath) && !(sharedPath && isUnder(path, sharedPath))),
    request,
    upgrade(asked, socket, head) {
      if (isSocket(pathOf(asked))) {
        engine?.handleUpgrade(asked as Parameters<Engine['handleUpgrade']>[0], socket, head);
        return;
      }
      const response = responseTo(asked, socket);
      if (response) request(asked, response);
    },
  };
}

/** A path that has lost its beginning. */
function rooted(rest: string): string {
  return rest.startsWith('/') ? rest : `/${rest}`;
}
