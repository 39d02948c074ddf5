import { io, type Socket } from 'socket.io-client';
import type {
  Acknowledgement,
  ClientToServerEvents,
  Payload,
  ServerPayload,
  ServerToClientEvents,
} from '../../shared/events.ts';
import type { ServerPlace } from './place.ts';

type AgentSocket = Socket<ServerToClientEvents, ClientToServerEvents>;

/** What became of an operation, and how long its answer took. */
export type Answer = Acknowledgement<'collaboration_operation'> & { milliseconds: number };

/** How long an answer may take before the replay gives up, in milliseconds. */
const patience = 30_000;

/** One author of a replayed session: a plain socket.io-client that sends, and counts what it is told. */
export class Agent {
  sequence = 0;
  /** The server's limit for operations. */
  readonly operationLimit: ServerPayload<'connected'>['limits']['operations'];
  readonly #socket: AgentSocket;
  readonly #room_id: string;
  /** Where the updates have brought this client. */
  #revision = 0;
  #waiting: (() => void) | undefined;

  private constructor(socket: AgentSocket, room_id: string, greeting: ServerPayload<'connected'>) {
    this.#socket = socket;
    this.#room_id = room_id;
    this.operationLimit = greeting.limits.operations;
    socket.on('collaboration_update', ({ revision, operations }) => {
      if (revision > this.#revision) throw new Error(`a gap: updates went from ${this.#revision} to ${revision}`);
      this.#revision = Math.max(this.#revision, revision + operations.length);
      this.#waiting?.();
    });
  }

  /** Connects and joins. Throws an Error where the server refuses, or the song is not new. */
  static async join(server: ServerPlace, token: string, room_id: string, client_id: string) {
    const { url, socketPath, namespace } = server;
    const socket: AgentSocket = io(new URL(namespace, url).href, {
      path: socketPath,
      auth: { token },
      transports: ['websocket'],
      reconnection: false,
    });
    const greeting = await new Promise<ServerPayload<'connected'>>((resolve, reject) => {
      socket.once('connected', resolve);
      socket.once('connect_error', (error) => reject(new Error(`cannot connect to ${url}: ${error.message}`)));
    });
    const agent = new Agent(socket, room_id, greeting);
    const joined = await socket.timeout(patience).emitWithAck('join_room', { room_id, client_id });
    if (!joined.ok) throw new Error(`cannot join ${room_id}: ${joined.error.message}`);
    if (joined.revision > 0)
      throw new Error(`${room_id} has ${joined.revision} revisions already: name a new one with --room`);
    return agent;
  }

  async send(operation: unknown, revision: number): Promise<Answer> {
    this.sequence += 1;
    const payload: Payload<'collaboration_operation'> = {
      room_id: this.#room_id,
      operation,
      revision,
      sequence: this.sequence,
    };
    const began = performance.now();
    const answer = await this.#socket.timeout(patience).emitWithAck('collaboration_operation', payload);
    return { ...answer, milliseconds: performance.now() - began };
  }

  /** Resolves when the updates have brought this client to a revision: nobody writes on what they have not seen. */
  async reached(revision: number): Promise<void> {
    while (this.#revision < revision) await new Promise<void>((resolve) => (this.#waiting = resolve));
  }

  /** Waits until the updates have brought this client to a revision; answers with the text that the server has there. */
  async finish(revision: number): Promise<{ revision: number; text: unknown }> {
    await this.reached(revision);
    const state = await this.#socket.timeout(patience).emitWithAck('get_room_state', { room_id: this.#room_id });
    if (!state.ok) throw new Error(state.error.message);
    return { revision: Math.min(state.revision, this.#revision), text: state.document?.content };
  }

  close(): void {
    this.#socket.disconnect();
  }
}
