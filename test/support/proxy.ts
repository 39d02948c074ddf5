import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from './redis.ts';

/** A way to a server that the test may bend: an address that fails over, a network that is slow. */
export interface Proxy {
  readonly port: number;
  /** Leads to another port from now on; who is connected is cut off. */
  leadTo(port: number): void;
  /** Holds up all that passes, in milliseconds. */
  slowDown(milliseconds: number): void;
  close(): void;
}

export async function startProxy(target: number): Promise<Proxy> {
  const port = await freePort();
  const sockets = new Set<Socket>();
  let to = target;
  let delay = 0;

  const pass = (from: Socket, into: Socket) => {
    sockets.add(from);
    // In the order in which it came, also where the delay changes.
    let passed: Promise<unknown> = Promise.resolve();
    from.on('data', (data) => {
      const due = wait(delay);
      passed = passed.then(() => due).then(() => into.write(data));
    });
    from.on('error', () => into.destroy());
    from.on('close', () => {
      sockets.delete(from);
      into.destroy();
    });
  };
  const server: Server = createServer((socket) => {
    const behind = connect(to, '127.0.0.1');
    pass(socket, behind);
    pass(behind, socket);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));

  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port,
    leadTo(other) {
      to = other;
      cut();
    },
    slowDown(milliseconds) {
      delay = milliseconds;
    },
    close() {
      server.close();
      cut();
    },
  };
}
