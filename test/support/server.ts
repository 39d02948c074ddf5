import assert from 'node:assert/strict';
import jwt from 'jsonwebtoken';
import { pino } from 'pino';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import type { CollaborationServer, ServerOptions } from '../../server/application.ts';
import { createMemoryLog } from '../../server/logs/memory.ts';
import { createCollaborationServer } from '../../server/server.ts';
import type {
  Acknowledgement,
  Answer,
  ClientEventName,
  ClientToServerEvents,
  Payload,
  RoomState,
  ServerEventName,
  ServerPayload,
  ServerToClientEvents,
} from '../../shared/events.ts';
import type { ErrorCode } from '../../shared/refusals.ts';
import { cleanup } from './cleanup.ts';
import { timeLeft, until } from './until.ts';

type RefusalMessage = ServerPayload<'error'>;
export type Client = Socket<ServerToClientEvents, ClientToServerEvents>;
export type ClientOptions = Partial<ManagerOptions & SocketOptions>;

export const secret = 'a secret that only the tests know of';

/** It has a stream: otherwise pino opens standard output, and listens for the end of the process until the logger is garbage. */
const silent = pino({ level: 'silent' }, { write() {} });

/** A token for the test server. */
export function tokenFor(claims: object, options: jwt.SignOptions = {}): string {
  return jwt.sign({ rooms: { '*': 'editor' }, ...claims }, secret, options);
}

/** A real server on a free port, over memory unless given Redis; it ends with the test. */
export async function startServer(options: ServerOptions = {}): Promise<CollaborationServer> {
  const server = await createCollaborationServer({
    port: 0,
    host: '127.0.0.1',
    jwtSecret: secret,
    limitOperations: '0',
    limitBytes: '0',
    limitRooms: '0',
    limitClients: '0',
    limitGuests: '0',
    limitJoins: '0',
    limitCursors: '0',
    limitMessages: '0',
    limitConnections: '0',
    limitAuthFailures: '0',
    drainMs: 0,
    jwtClockToleranceMs: 0,
    ...(!options.redisUrl && { log: createMemoryLog() }),
    logger: silent,
    ...options,
  });
  cleanup(() => server.close());
  return server;
}

/** A client that does not connect by itself; it ends with the test. */
export function clientOf(server: { url: string }, options: ClientOptions): Client {
  const client: Client = io(server.url, {
    autoConnect: false,
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    ...options,
  });
  cleanup(() => client.disconnect());
  return client;
}

/** A client that the server has greeted. */
export async function connect(server: { url: string }, claims: object, options: ClientOptions = {}): Promise<Client> {
  const client = clientOf(server, { auth: { token: tokenFor(claims) }, ...options });
  client.connect();
  await next(client, 'connected');
  return client;
}

/** One that is in a room. */
export async function member(server: { url: string }, claims: object, place: Payload<'join_room'>): Promise<Client> {
  const client = await connect(server, claims);
  await request(client, 'join_room', place);
  return client;
}

/** The refusal of a handshake. */
export function refusedHandshake(client: Client): Promise<RefusalMessage> {
  return new Promise((resolve, reject) => {
    client.once('connect_error', (error) => resolve((error as Error & { data: RefusalMessage }).data));
    client.once('connected', () => reject(new Error('the handshake was accepted')));
    client.connect();
  });
}

/** The next event of that name. */
export function next<E extends ServerEventName>(client: Client, event: E): Promise<ServerPayload<E>> {
  return new Promise((resolve) => {
    (client.once as (event: string, listener: (payload: ServerPayload<E>) => void) => void)(event, resolve);
  });
}

/** The next state of a room that comes without a callback: the inbox's comes unasked. */
export function stateOf(client: Client, room_id: string): Promise<RoomState> {
  return new Promise((resolve) => {
    client.on('room_joined', function listen(state) {
      if (state.room_id !== room_id) return;
      client.off('room_joined', listen);
      resolve(state);
    });
  });
}

/** All events of that name from now on, as they come. */
export function collect<E extends ServerEventName>(client: Client, event: E): ServerPayload<E>[] {
  const collected: ServerPayload<E>[] = [];
  (client.on as (event: string, listener: (payload: ServerPayload<E>) => void) => void)(event, (payload) =>
    collected.push(payload),
  );
  return collected;
}

/** Resolves when as much has been heard as is expected; fails where it is something else. */
export async function hears(heard: string[], ...expected: string[]): Promise<void> {
  await until(() => heard.length >= expected.length);
  assert.deepEqual(heard, expected);
}

/** Sends an event with a callback, and resolves with what it is answered. */
export function ask<E extends ClientEventName>(
  client: Client,
  event: E,
  payload: Payload<E>,
): Promise<Acknowledgement<E>> {
  return (client.timeout(timeLeft()).emitWithAck as (event: string, payload: unknown) => Promise<Acknowledgement<E>>)(
    event,
    payload,
  );
}

/** The same, where success is expected. */
export async function request<E extends ClientEventName>(
  client: Client,
  event: E,
  payload: Payload<E>,
): Promise<Answer<E>> {
  const answer = await ask(client, event, payload);
  assert.ok(answer.ok, JSON.stringify(answer));
  return answer;
}

/** The same, where a refusal is expected, whatever is sent. */
export async function refused(
  client: Client,
  event: ClientEventName,
  payload: unknown,
  code: ErrorCode,
): Promise<RefusalMessage> {
  const answer = await ask(client, event, payload as Payload<typeof event>);
  assert.ok(!answer.ok, `accepted: ${JSON.stringify(answer)}`);
  assert.equal(answer.error.error_code, code, answer.error.message);
  return answer.error;
}

/** Resolves when everything that the server sent this client before now has arrived. */
export async function caughtUp(client: Client): Promise<void> {
  await request(client, 'ping', {});
}
