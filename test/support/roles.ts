import { mock } from 'node:test';
import type { CollaborationServer, ServerOptions } from '../../server/application.ts';
import { cleanup } from './cleanup.ts';
import { moveAhead } from './monotonic.ts';
import { startServer } from './server.ts';

/** A server that asks again for roles when the test says so. */
export async function startAsking(options: ServerOptions): Promise<{ server: CollaborationServer; askAgain(): void }> {
  mock.timers.enable({ apis: ['setInterval'] });
  cleanup(() => mock.timers.reset());
  const server = await startServer(options);
  const askAgain = () => {
    moveAhead(20_000);
    mock.timers.tick(20_000);
  };
  return { server, askAgain };
}
