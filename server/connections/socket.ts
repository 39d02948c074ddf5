import { type Namespace, type Server, type Socket, Socket as SocketOfIo } from 'socket.io';
import type { ClientToServerEvents, ServerToClientEvents } from '../../shared/events.ts';
import type { Identity } from '../access/identity.ts';
import type { Command } from './command.ts';

/** What the instances of a server tell each other beside the rooms' logs. */
export interface InterServerEvents {
  command(command: Command): void;
}

/** What hangs on a socket: who is behind it, from the handshake on. */
export interface SocketData {
  /** Where it comes from, as limits count. */
  address: string;
  identity: Identity;
}
export type TuttiSocket = Socket<ClientToServerEvents, ServerToClientEvents, InterServerEvents, SocketData>;
export type TuttiIo = Server<ClientToServerEvents, ServerToClientEvents, InterServerEvents, SocketData>;
export type TuttiNamespace = Namespace<ClientToServerEvents, ServerToClientEvents, InterServerEvents, SocketData>;

/** Answers an event. */
export interface Callback {
  (answer: unknown): void;
  /** By which the client knows it. */
  id: number;
}

/** A socket of Socket.IO, as far as it makes callbacks. */
interface Acknowledging {
  ack(id: number): (answer: unknown) => void;
}

const { ack } = SocketOfIo.prototype as unknown as Acknowledging;

function numbered(this: Acknowledging, id: number): Callback {
  return Object.assign(ack.call(this, id), { id });
}

/** Has the callbacks of a socket tell their numbers, which Socket.IO keeps to itself. */
export function numberCallbacks(socket: TuttiSocket): void {
  Object.assign(socket, { ack: numbered });
}
