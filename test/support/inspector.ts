import WebSocket from 'ws';
import type { ServerProcess } from './process.ts';

/** What a process holds. */
export interface Holdings {
  /** Bytes of objects after everything unused has been collected, and of buffers outside of the heap. */
  heap: number;
  /** Sockets, timers and what else keeps a process alive. */
  handles: number;
}

/** Looks into a server that runs with `inspected` in its environment. */
export class Inspector {
  readonly #socket: WebSocket;
  readonly #answers = new Map<number, (result: Record<string, unknown>) => void>();
  #asked = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => {
      const { id, result } = JSON.parse(String(data));
      this.#answers.get(id)?.(result);
      this.#answers.delete(id);
    });
  }

  static open(server: ServerProcess): Promise<Inspector> {
    const url = /Debugger listening on (\S+)/.exec(server.output())?.[1] ?? '';
    const socket = new WebSocket(url);
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve(new Inspector(socket)));
      socket.once('error', reject);
    });
  }

  async holdings(): Promise<Holdings> {
    await this.#ask('HeapProfiler.collectGarbage');
    const heap = await this.#evaluate('(({ heapUsed, external }) => heapUsed + external)(process.memoryUsage())');
    return { heap, handles: await this.#evaluate('process.getActiveResourcesInfo().length') };
  }

  close(): void {
    this.#socket.close();
  }

  async #evaluate(expression: string): Promise<number> {
    const { result } = await this.#ask('Runtime.evaluate', { expression });
    return (result as { value: number }).value;
  }

  #ask(method: string, params = {}): Promise<Record<string, unknown>> {
    const id = ++this.#asked;
    this.#socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve) => this.#answers.set(id, resolve));
  }
}

/** What Inspector.open() needs in a server's environment. */
export const inspected = { NODE_OPTIONS: '--inspect=127.0.0.1:0' };
