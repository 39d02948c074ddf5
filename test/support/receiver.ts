import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { WebhookEvent } from '../../server/webhooks/events.ts';
import { cleanup } from './cleanup.ts';
import { freePort } from './ports.ts';
import { temporaryDirectory } from './process.ts';
import { until } from './until.ts';

export const webhookSecret = 'a secret of webhooks that only the tests know of';

type Check = (body: string, header: string, secret: string) => boolean;

/** What docs/webhooks.md tells a service to check signatures with. */
export async function checkOfTheDocs(): Promise<Check> {
  const page = readFileSync(new URL('../../docs/webhooks.md', import.meta.url), 'utf8');
  const program = join(temporaryDirectory(), 'check.mjs');
  writeFileSync(program, /```js\n(.+?)```/s.exec(page)?.[1] ?? assert.fail('no program'));
  return (await import(pathToFileURL(program).href)).isGenuine;
}

/** A service that is told what happens; it ends with the test. */
export class Receiver {
  readonly url: string;
  /** The events that it took, in the order in which they came first. */
  readonly taken: WebhookEvent[] = [];
  /** All requests, by how they were answered. */
  readonly requests: { status: number; events: WebhookEvent[] }[] = [];
  /** How it answers. */
  answer: (response: ServerResponse, events: WebhookEvent[]) => Promise<number> | number = () => 200;
  /** How often it was told again what it had taken. */
  repeated = 0;
  readonly #port: number;
  readonly #isGenuine: Check;
  #server: ReturnType<typeof createServer> | undefined;

  private constructor(port: number, isGenuine: Check) {
    this.#port = port;
    this.url = `http://127.0.0.1:${port}/hook`;
    this.#isGenuine = isGenuine;
    cleanup(() => this.stop());
  }

  static async start(): Promise<Receiver> {
    const receiver = new Receiver(await freePort(), await checkOfTheDocs());
    await receiver.start();
    return receiver;
  }

  async start(): Promise<void> {
    const server = createServer((request, response) => void this.#receive(request, response));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    assert.equal((server.address() as AddressInfo).port, this.#port);
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  /** Resolves with the first event that it has taken of that kind. */
  takes(type: WebhookEvent['type'], of: Partial<WebhookEvent> = {}): Promise<WebhookEvent> {
    return until(() => this.all(type, of)[0]);
  }

  /** Those that it has taken. */
  all(type: WebhookEvent['type'], of: Partial<WebhookEvent> = {}): WebhookEvent[] {
    const wanted = Object.entries({ type, ...of });
    return this.taken.filter((event) => wanted.every(([name, value]) => event[name as keyof WebhookEvent] === value));
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = String(Buffer.concat(chunks));
    const signature = String(request.headers['tutti-signature']);
    assert.equal(request.method, 'POST');
    assert.ok(this.#isGenuine(body, signature, webhookSecret), `${signature} does not fit`);
    assert.ok(!this.#isGenuine(`${body} `, signature, webhookSecret));
    assert.ok(!this.#isGenuine(body, signature, 'another secret'));
    const { events } = JSON.parse(body) as { events: WebhookEvent[] };
    assert.ok(events.length > 0);
    assert.equal(new Set(events.map(({ org_id }) => org_id)).size, 1, 'one tenant alone');
    const status = await this.answer(response, events);
    this.requests.push({ status, events });
    if (status === 200) {
      for (const event of events) {
        if (this.taken.some(({ id }) => id === event.id)) this.repeated += 1;
        else this.taken.push(event);
      }
    }
    response.writeHead(status, { Location: '/elsewhere' }).end();
  }
}
