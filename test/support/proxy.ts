import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';

/** What becomes of a WebSocket that wants to pass. `swallow`: it is taken, and nothing is ever heard of it. */
export type WebSockets = 'pass' | 'refuse' | 'swallow';

/** Where a connection goes; asked anew for each, and undefined where nobody is there. */
type Target = () => { url: string } | undefined;

/** A way to a server that can be bad: bytes pass between a port of its own and the server's until it is told otherwise. */
export class UnreliableProxy {
  readonly url: string;
  /** Of what is connected from now on. */
  webSockets: WebSockets = 'pass';
  /** How long bytes are on their way that come in from now on, either way, in milliseconds. What has come in arrives. */
  delay = 0;
  readonly #target: Target;
  readonly #close: () => void;
  readonly #pairs = new Set<[Socket, Socket]>();

  private constructor(url: string, target: Target, close: () => void) {
    this.url = url;
    this.#target = target;
    this.#close = close;
  }

  static async open(target: Target): Promise<UnreliableProxy> {
    const server = createServer((near) => proxy.#accept(near));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port: own } = server.address() as AddressInfo;
    const proxy = new UnreliableProxy(`http://127.0.0.1:${own}`, target, () => server.close());
    return proxy;
  }

  /** Breaks what is connected. */
  cut(): void {
    for (const [near] of this.#pairs) near.destroy();
  }

  /** From here on nothing that the server says arrives, over what is connected; what it is told does. */
  loseAnswers(): void {
    for (const [, far] of this.#pairs) {
      far.unpipe();
      far.resume();
    }
  }

  close(): void {
    this.#close();
    this.cut();
  }

  #accept(near: Socket): void {
    const target = this.#target();
    if (!target) {
      near.destroy();
      return;
    }
    const { hostname, port } = new URL(target.url);
    const far = connect({ host: hostname, port: Number(port) });
    const pair: [Socket, Socket] = [near, far];
    this.#pairs.add(pair);
    const close = () => {
      near.destroy();
      far.destroy();
    };
    for (const socket of pair) {
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#pairs.delete(pair);
        if (this.delay === 0) close();
        else setTimeout(close, this.delay);
      });
    }
    near.once('data', (head) => {
      const blocked = this.webSockets !== 'pass' && /\r\nupgrade: websocket/i.test(head.toString('latin1'));
      if (blocked && this.webSockets === 'swallow') return;
      if (blocked) {
        near.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
        return;
      }
      far.write(head);
      this.#pass(near, far);
      this.#pass(far, near);
    });
  }

  #pass(from: Socket, into: Socket): void {
    from.pipe(late(() => this.delay)).pipe(into);
  }
}

/** What comes in comes out so many milliseconds later, in its order. */
function late(delay: () => number): Transform {
  const waiting: (() => void)[] = [];
  let lastAt = 0;
  const later = (action: () => void) => {
    waiting.push(action);
    // Whichever timer is first has what is first.
    setTimeout(() => waiting.shift()?.(), lastAt - performance.now());
  };
  const way = new Transform({
    transform(data, _encoding, done) {
      lastAt = Math.max(lastAt, performance.now() + delay());
      if (delay() === 0 && waiting.length === 0) return done(null, data);
      later(() => way.push(data));
      done();
    },
    flush: (done) => (waiting.length === 0 ? done() : later(done)),
  });
  return way;
}
