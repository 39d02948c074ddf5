import type { TuttiSocket } from '../connections/socket.ts';
import type { Flow } from '../limits/flow.ts';
import type { Guard } from '../watch/guard.ts';
import { namespaceOf } from './intake.ts';

/** What a packet costs besides its bytes, in bytes. */
const overhead = 1024;
/** How far ahead of the flow a user may be, in milliseconds: who reads for others as well can not be read more slowly. */
const mostAhead = 2_000;

export interface SharedIntakeOptions {
  user: string;
  /** What users send, in bytes. */
  flow: Flow;
  guard: Guard;
  /** Told once when more comes than the flow takes. */
  onFlood(): void;
}

/** Counts what a socket sends whose transport is an application's as well. What comes for other namespaces is not looked at. */
export function countShared(socket: TuttiSocket, { user, flow, guard, onFlood }: SharedIntakeOptions): void {
  let isOurs = false;
  const count = guard(({ type, data }: { type: string; data?: string | Buffer }) => {
    if (type !== 'message' || data === undefined) return;
    // Attachments belong to the message before them.
    if (typeof data === 'string') isOurs = namespaceOf(data) === socket.nsp.name;
    if (!isOurs || flow.take(user, Buffer.byteLength(data) + overhead) <= mostAhead) return;
    socket.conn.off('packet', count);
    onFlood();
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
