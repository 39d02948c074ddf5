import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to a server that can be bad: bytes pass between a port of its own and the server's until it is told otherwise. */
export class UnreliableProxy {
  readonly url: string;
  readonly #close: () => void;
  readonly #pairs: Set<[Socket, Socket]>;

  private constructor(url: string, pairs: Set<[Socket, Socket]>, close: () => void) {
    this.url = url;
    this.#pairs = pairs;
    this.#close = close;
  }

  static async open(target: { url: string }): Promise<UnreliableProxy> {
    const { hostname, port } = new URL(target.url);
    const pairs = new Set<[Socket, Socket]>();
    const server = createServer((near) => {
      const far = connect({ host: hostname, port: Number(port) });
      const pair: [Socket, Socket] = [near, far];
      pairs.add(pair);
      for (const socket of pair) {
        socket.on('error', () => {});
        socket.on('close', () => {
          pairs.delete(pair);
          near.destroy();
          far.destroy();
        });
      }
      near.pipe(far);
      far.pipe(near);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port: own } = server.address() as AddressInfo;
    return new UnreliableProxy(`http://127.0.0.1:${own}`, pairs, () => server.close());
  }

  /** Breaks what is connected. */
  cut(): void {
    for (const [near] of this.#pairs) near.destroy();
  }

  /** From here on nothing that the server says arrives, over what is connected; what it is told does. */
  loseAnswers(): void {
    for (const [near, far] of this.#pairs) {
      far.unpipe(near);
      far.resume();
    }
  }

  close(): void {
    this.#close();
    this.cut();
  }
}
