import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { cleanup } from './cleanup.ts';

/** A way to a server on which questions wait, if it is told so, until they are let through. Answers come back at once. */
export class HeldQuestions {
  readonly port: number;
  #holds = false;
  #held: { question: Buffer; ask(): void }[] = [];

  private constructor(port: number) {
    this.port = port;
  }

  /** Ends with the test. */
  static async open(port: number): Promise<HeldQuestions> {
    const server = createServer((near) => {
      const far = connect(port, '127.0.0.1');
      near.on('data', (question) => way.#take(question, () => far.write(question)));
      far.pipe(near);
      for (const [socket, other] of [
        [near, far],
        [far, near],
      ] as const)
        socket.on('error', () => {}).on('close', () => other.destroy());
      cleanup(() => near.destroy());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    cleanup(() => server.close());
    const way = new HeldQuestions((server.address() as AddressInfo).port);
    return way;
  }

  /** Questions wait from here on. */
  hold(): void {
    this.#holds = true;
  }

  /** How often something is named in those that wait. */
  count(named: string): number {
    return (
      Buffer.concat(this.#held.map(({ question }) => question))
        .toString('latin1')
        .split(named).length - 1
    );
  }

  /** Those that wait go on; others wait. */
  letThrough(): void {
    const held = this.#held;
    this.#held = [];
    for (const { ask } of held) ask();
  }

  #take(question: Buffer, ask: () => void): void {
    if (this.#holds) this.#held.push({ question, ask });
    else ask();
  }
}
