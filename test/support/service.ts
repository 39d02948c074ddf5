import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cleanup } from './cleanup.ts';

/** An HTTP service that a server asks; it ends with the test. Resolves with its URL. */
export function startService(answer: (body: string, response: ServerResponse) => void): Promise<string> {
  const service = createServer(async (request, response) => answer(await bodyOf(request), response));
  cleanup(() => {
    service.closeAllConnections();
    service.close();
  });
  return new Promise((resolve) => {
    service.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(service.address() as AddressInfo).port}/`));
  });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return String(Buffer.concat(chunks));
}
