import type { ServerPayload, ServerToClientEvents } from '../../shared/events.ts';
import { bytesOf, encodePieces, isLarge } from './pieces.ts';

type EventName = keyof ServerToClientEvents;

/** A packet that is written as it is: what goes to many is encoded once. */
export interface Message {
  /** A packet of Socket.IO, as Engine.IO takes it. */
  readonly packet: string;
  /** The same as a whole frame of a WebSocket, in one piece or some. */
  readonly frame: readonly Buffer[];
  /** To be called when neither is read any longer. */
  release?(): void;
}

export function encode<E extends EventName>(event: E, payload: ServerPayload<E>, namespace = '/'): Message {
  if (isLarge(payload)) return encodeLarge(event, encodePieces(payload), namespace);
  return encodeSmall(event, payload, namespace);
}

/** A packet of an event, or with a number of the answer to a callback, in one piece. */
export function encodeSmall(to: EventName | number, payload: object, namespace = '/'): Message {
  const packet = `${headOf(to, namespace)}${JSON.stringify(payload)}]`;
  // 4: a message of Engine.IO.
  return { packet, frame: [textFrame(`4${packet}`)] };
}

/** The same of JSON that is there in pieces. `release`: what to call when they are not read any longer. */
export function encodeLarge(
  to: EventName | number,
  json: readonly Buffer[],
  namespace = '/',
  release?: () => void,
): Message {
  const head = headOf(to, namespace);
  const pieces = [Buffer.from(`4${head}`), ...json, Buffer.from(']')];
  let packet: string | undefined;
  return {
    // Only for whom it can not be written as it is: it is one large string.
    get packet() {
      packet ??= Buffer.concat(pieces).toString('utf8', 1);
      return packet;
    },
    frame: [frameHead(bytesOf(pieces)), ...pieces],
    ...(release && { release }),
  };
}

/** What stands in a packet of Socket.IO before its payload. The namespace `/` is not named. */
function headOf(to: EventName | number, namespace: string): string {
  const named = namespace === '/' ? '' : `${namespace},`;
  // 2: an event; 3: the answer to a callback.
  return typeof to === 'number' ? `3${named}${to}[` : `2${named}["${to}",`;
}

/** One text message in one frame, unmasked, as servers send it (RFC 6455, section 5.2). */
function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const offset = headBytes(length);
  const frame = Buffer.allocUnsafe(offset + length);
  writeHead(frame, length);
  frame.write(text, offset);
  return frame;
}

/** What stands before a text message of so many bytes. */
export function frameHead(length: number): Buffer {
  const head = Buffer.allocUnsafe(headBytes(length));
  writeHead(head, length);
  return head;
}

function headBytes(length: number): number {
  if (length < 126) return 2;
  return length < 65_536 ? 4 : 10;
}

function writeHead(frame: Buffer, length: number): void {
  frame[0] = 0x81;
  frame[1] = length < 126 ? length : length < 65_536 ? 126 : 127;
  if (length >= 65_536) frame.writeBigUInt64BE(BigInt(length), 2);
  else if (length >= 126) frame.writeUInt16BE(length, 2);
}
