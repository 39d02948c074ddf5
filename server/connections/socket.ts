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

/** A socket of Socket.IO, as far as it makes callbacks and hands events on. */
interface Internals {
  ack(id: number): (answer: unknown) => void;
  dispatch(event: readonly unknown[]): void;
}

const { ack, dispatch } = SocketOfIo.prototype as unknown as Internals;

function numbered(this: Internals, id: number): Callback {
  return Object.assign(ack.call(this, id), { id });
}

/**
 * How to have sockets heard: each event, whatever its name, before those who listen to that, and with a callback that tells
 * its number, which Socket.IO keeps to itself. For onAny() each socket would have a list with room for twenty listeners.
 */
export function createHear(hear: (this: TuttiSocket, ...event: unknown[]) => void): (socket: TuttiSocket) => void {
  function dispatched(this: TuttiSocket & Internals, event: readonly unknown[]): void {
    hear.apply(this, [...event]);
    dispatch.call(this, event);
  }
  return (socket) => Object.assign(socket, { ack: numbered, dispatch: dispatched });
}
