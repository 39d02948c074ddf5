import type { TuttiSocket } from '../connections/socket.ts';
import type { Flow } from '../limits/flow.ts';
import type { Guard } from '../watch/guard.ts';
import { namespaceOf, type Packet } from './intake.ts';
import { withhold } from './readable.ts';

/** What a packet costs besides its bytes, in bytes. */
const overhead = 1024;
/** How far ahead of the flow a user may be, in milliseconds: who reads for others as well can not be read more slowly. */
const mostAhead = 2_000;

export interface SharedIntakeOptions {
  user: string;
  /** What users send, in bytes. */
  flow: Flow;
  /** Characters that a message may have, of each text the first few. */
  maxCharacters: number;
  guard: Guard;
  /** Told once when more comes than the flow takes. */
  onFlood(): void;
  /** Told of a packet that is too dear to read, and that nobody reads. */
  onUnread(packet: string): void;
}

/** Counts what a socket sends whose transport is an application's as well. What comes for other namespaces is not looked at. */
export function countShared(socket: TuttiSocket, options: SharedIntakeOptions): void {
  const { user, flow, maxCharacters, guard } = options;
  let isOurs = false;
  const count = guard((packet: Packet) => {
    const { type, data } = packet;
    if (type !== 'message' || data === undefined) return;
    // Attachments belong to the message before them.
    if (typeof data === 'string') isOurs = namespaceOf(data) === socket.nsp.name;
    if (!isOurs) return;
    const unread = withhold(packet, maxCharacters);
    if (unread !== undefined) options.onUnread(unread);
    if (flow.take(user, Buffer.byteLength(data) + overhead) <= mostAhead) return;
    socket.conn.off('packet', count);
    options.onFlood();
  });
  socket.conn.on('packet', count);
  socket.on('disconnect', () => socket.conn.off('packet', count));
}

/**
 * Takes in what a socket still sends that the server has disconnected, until it connects again: Socket.IO ends the whole
 * transport for it.
 */
export function ignoreLate({ conn, client, nsp: { name } }: TuttiSocket): void {
  const { nsps } = client as unknown as { nsps: Map<string, object> };
  const nobody = { _onpacket() {} };
  const letGo = ({ data }: { data?: unknown }) => {
    if (typeof data !== 'string' || !data.startsWith('0') || namespaceOf(data) !== name) return;
    conn.off('packet', letGo);
    nsps.delete(name);
  };
  nsps.set(name, nobody);
  conn.on('packet', letGo);
}
