import { randomUUID } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { io, type Socket } from 'socket.io-client';
import type {
  Acknowledgement,
  Answer,
  ClientEventName,
  ClientToServerEvents,
  Payload,
  ServerToClientEvents,
} from '../../shared/events.ts';
import type { RoomId, RoomKind } from '../../shared/rooms.ts';

/** What Artillery gives to a virtual user; the variables are those of the scenario's file. */
export interface Context<Variables = unknown> {
  vars: { target: string } & Variables;
}

/** How a virtual user reports its metrics. README.md says what each of them is. */
export interface Events {
  emit(kind: 'histogram' | 'counter', name: `tutti.${string}`, value: number): void;
}

export type Client = Socket<ServerToClientEvents, ClientToServerEvents>;

/** How long an answer, or news, may take, in milliseconds. */
export const patience = 20_000;

/** Every run has rooms of its own, so that it finds them empty wherever it runs. */
const run = randomUUID().slice(0, 8);

export function roomOf(kind: RoomKind, name: string): RoomId {
  return `${kind}:load-${run}-${name}`;
}

/** A token of a virtual user's own, as an application would make it; with a scope, a service's. */
export function tokenOf(user_id: string, scope?: 'publish'): string {
  const rooms = { 'song:load-*': 'editor', 'session:load-*': 'host', 'project:load-*': 'editor' };
  return jwt.sign({ sub: user_id, rooms, ...(scope && { scope }) }, process.env.JWT_SECRET ?? '', { expiresIn: '1h' });
}

/** Someone new: resolves when the server has greeted. */
export function connect(target: string, user_id: string = randomUUID()): Promise<Client> {
  const client: Client = io(target, {
    auth: { token: tokenOf(user_id) },
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
  });
  return new Promise((resolve, reject) => {
    client.once('connected', () => resolve(client));
    client.once('connect_error', reject);
  });
}

/** Asks the server; throws what it refuses. `heard` has the answer in its order among the server's events. */
export function ask<E extends ClientEventName>(
  client: Client,
  event: E,
  payload: Payload<E>,
  heard?: (answer: Answer<E>) => void,
): Promise<Answer<E>> {
  const sender = client.timeout(patience) as unknown as Pick<Socket, 'emit'>;
  return new Promise((resolve, reject) => {
    sender.emit(event, payload, (error: Error | null, answer: Acknowledgement<E>) => {
      if (error) return reject(error);
      if (!answer.ok) return reject(new Error(answer.error.error_code));
      heard?.(answer);
      resolve(answer);
    });
  });
}
