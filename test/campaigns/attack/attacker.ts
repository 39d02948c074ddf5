import { randomUUID } from 'node:crypto';
import { Agent, request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { token } from '../../support/process.ts';
import { Connection, type ConnectionOptions, type Meter } from './connection.ts';

/** Which one of those who attack the same server this process is: each has addresses and a tenant of its own. */
const attacker = Number(process.env.ATTACKER ?? 0);
/** Where the attacker comes from, unless an attack says otherwise: nobody else does. */
const attackersAddress = `127.${attacker}.0.66`;
/** Other addresses of its own, and IPv6 networks: eight of them are what one customer has where it is a /61. */
export const addresses = Array.from({ length: 8 }, (_, index) => `127.${attacker}.1.${index + 1}`);
export const networks = Array.from({ length: 8 }, (_, index) => `2001:db8:${attacker}:${index}::1`);

export interface HttpRequest {
  method: string;
  path: string;
  token?: string | undefined;
  body?: string | undefined;
  localAddress?: string;
}

type Where = Pick<ConnectionOptions, 'headers' | 'localAddress' | 'compact'>;

/** What an attack is made with. All that it sends is counted, and what it has opened ends with it. */
export class Attacker {
  readonly meter: Meter = { bytes: 0, messages: 0, connections: 0 };
  readonly url: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 32 });
  readonly #open = new Set<{ end(): void }>();

  constructor(url: string) {
    this.url = url;
  }

  /** A connection of which it is not known who it is. */
  async open(where: Where = {}): Promise<Connection> {
    return this.#keep(await Connection.open(this.#options(where)));
  }

  /** A connection of a user; an editor of everything, unless the claims say otherwise. */
  async enter(sub: string, claims: object = {}, where: Where = {}): Promise<Connection> {
    return this.#keep(await Connection.enter(this.#options(where), tokenOf(sub, claims)));
  }

  /** The same, in a room. */
  async join(sub: string, room_id: string, claims: object = {}, where: Where = {}): Promise<Connection> {
    const connection = await this.enter(sub, claims, where);
    await succeed(connection, 'join_room', { room_id, client_id: sub });
    return connection;
  }

  /** A bare connection. */
  tcp(localAddress = attackersAddress): Socket {
    const { hostname, port } = new URL(this.url);
    const socket = connect({ host: hostname, port: Number(port), localAddress });
    this.meter.connections += 1;
    socket.on('error', () => {});
    socket.on('close', () => this.#open.delete(end));
    const end = { end: () => socket.destroy() };
    this.#open.add(end);
    return socket;
  }

  /** Writes to a bare connection; false where that waits for the server to read. */
  write(socket: Socket, data: string | Buffer): boolean {
    if (!socket.writable) return false;
    this.meter.bytes += data.length;
    this.meter.messages += 1;
    return socket.write(data);
  }

  /** Asks a route, and resolves with the status when the answer has been read; 0 where there is none. */
  request({ method, path, token: bearer, body = '', localAddress = attackersAddress }: HttpRequest): Promise<number> {
    const headers = {
      ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
      ...(method !== 'GET' && { 'content-length': String(Buffer.byteLength(body)) }),
    };
    this.meter.messages += 1;
    this.meter.bytes += body.length + path.length + (bearer?.length ?? 0);
    return new Promise((resolve) => {
      const options = { method, headers, localAddress, agent: this.#agent, timeout: 10_000 };
      const request = httpRequest(`${this.url}${path}`, options, (response) => {
        response.resume();
        response.once('close', () => resolve(response.statusCode ?? 0));
      });
      request.once('timeout', () => request.destroy());
      request.once('error', () => resolve(0));
      request.end(method === 'GET' ? undefined : body);
    });
  }

  end(): void {
    this.#agent.destroy();
    for (const open of [...this.#open]) open.end();
  }

  #options(where: Where): ConnectionOptions {
    return { url: this.url, meter: this.meter, localAddress: attackersAddress, ...where };
  }

  #keep(connection: Connection): Connection {
    this.#open.add(connection);
    connection.closed.then(() => this.#open.delete(connection));
    return connection;
  }
}

/** The token of somebody in the attacker's tenant. */
export function tokenOf(sub: string, claims: object = {}): string {
  return token({ sub, org_id: `mallory-${attacker}`, rooms: { '*': 'editor' }, ...claims });
}

export const viewer = { rooms: { '*': 'viewer' } };
export const host = { rooms: { '*': 'host' } };

/** How often, and after how many milliseconds, is asked again what came too soon. */
const again = { times: 20, after: 500 };

/** Asks for what there is nothing to attack without. */
export async function succeed(connection: Connection, event: string, payload: object): Promise<string> {
  for (let time = 1; ; time++) {
    const { ok, text } = await connection.ask(event, payload);
    if (ok) return text;
    if (!isTooSoon(text) || time === again.times) throw new Error(`${event}: ${text.slice(0, 300)}`);
    await pause(again.after);
  }
}

function isTooSoon(text: string): boolean {
  return text.includes('"retry_after_ms"');
}

/** What a user may write in a minute, less a few. */
const perUser = 590;
/** What is on its way at once, in operations and in bytes: the writer has to read it, too. */
const atOnce = { operations: 40, bytes: 200_000 };

/** How many users write at most. */
const mostWriters = 40;

/**
 * Writes operations to a room, each after the one before: by as many users as that takes within what each may, and as
 * many operations as they may together. All are written in the end; so many refusals may be bad luck, `unlucky`, and are tried again.
 */
export async function write(
  attacker: Attacker,
  room_id: string,
  operations: readonly unknown[],
  unlucky = 0,
): Promise<void> {
  const left = [...operations];
  let failed = 0;
  for (let writers = 0; left.length > 0 && writers < mostWriters; writers++) {
    const writer = await attacker.join(`writer-${randomUUID()}`, room_id, host);
    for (let written = 0; left.length > 0 && written < perUser; ) {
      const batch = takeFrom(left, perUser - written);
      const ask = (operation: unknown) => writer.ask('collaboration_operation', { room_id, operation });
      const answers = await Promise.all(batch.map(ask));
      const broken = answers.filter(({ ok, text }) => !ok && !isTooSoon(text));
      failed += broken.length;
      if (failed > unlucky) throw new Error(broken.at(-1)?.text.slice(0, 300));
      const refused = batch.filter((_, index) => !answers[index]?.ok);
      left.unshift(...refused);
      if (refused.length > 0) {
        await pause(again.after);
        break;
      }
      written += batch.length;
    }
    writer.end();
  }
  if (left.length > 0) throw new Error(`${left.length} operations were not written by ${mostWriters} users`);
}

/** The first of some operations, as many as may be on their way at once. */
function takeFrom(operations: unknown[], most: number): unknown[] {
  let bytes = 0;
  const tooMany = operations.findIndex((operation, index) => {
    bytes += JSON.stringify(operation).length;
    return index > 0 && (bytes > atOnce.bytes || index >= Math.min(most, atOnce.operations));
  });
  return operations.splice(0, tooMany < 0 ? operations.length : tooMany);
}

/** The epoch and the revision that a room has now. */
export async function standing(connection: Connection, room_id: string): Promise<{ epoch: string; revision: number }> {
  const text = await succeed(connection, 'get_operations', { room_id, since: { epoch: '', revision: 0 }, limit: 1 });
  const [answer] = JSON.parse(text.slice(text.indexOf('[')));
  return { epoch: answer.epoch, revision: answer.revision };
}
