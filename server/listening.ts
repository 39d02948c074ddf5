import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo, Server as NetServer } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import type { Config } from './config.ts';

/**
 * How long a request may take to arrive, and the next one on the same connection to begin, in milliseconds. A balancer that
 * keeps connections for 60 s would otherwise send requests into one that ends.
 */
const patience = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 5_000,
  keepAliveTimeout: 65_000,
};

/** How many connections may wait until the process looks at them: all who come back at once. The system has a bound of its own. */
const backlog = 4_096;

/** An HTTP server that is Tutti's alone. */
export function createHttpServer(): HttpServer {
  return createServer(patience, (_, response) => response.writeHead(404).end());
}

export function listen(http: HttpServer, { port, host }: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen({ port, host, backlog }, () => {
      http.off('error', reject);
      resolve();
    });
  });
}

/** Where a server listens, such as `http://127.0.0.1:3000`. Throws an Error where it does not. */
export function urlOf(http: Pick<NetServer, 'address'> | undefined): string {
  const place = http?.address() as AddressInfo | string | null | undefined;
  if (!place || typeof place === 'string') throw new Error('the HTTP server listens on no port');
  const { address, family, port } = place;
  return `${http instanceof TlsServer ? 'https' : 'http'}://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
