import type { ServerEventName, ServerPayload } from '../../shared/events.ts';
import { bytesOf, encodePieces, isLarge } from './pieces.ts';

/** A packet that is written as it is: what goes to many is encoded once. */
export interface Message {
  /** A packet of Socket.IO, as Engine.IO takes it. */
  readonly packet: string;
  /** The same as a whole frame of a WebSocket, in one piece or some. */
  readonly frame: readonly Buffer[];
}

export function encode<E extends ServerEventName>(event: E, payload: ServerPayload<E>, namespace = '/'): Message {
  if (isLarge(payload)) return encodeLarge(event, encodePieces(payload), namespace);
  // 2: an event of Socket.IO; 4: a message of Engine.IO.
  const packet = `2${of(namespace)}${JSON.stringify([event, payload])}`;
  return { packet, frame: [textFrame(`4${packet}`)] };
}

/** A packet that ends with JSON of which there are the pieces: an event, or with a number the answer to a callback. */
export function encodeLarge(to: ServerEventName | number, json: readonly Buffer[], namespace = '/'): Message {
  const head =
    typeof to === 'number' ? `3${of(namespace)}${to}[` : `2${of(namespace)}${JSON.stringify([to]).slice(0, -1)},`;
  const pieces = [Buffer.from(`4${head}`), ...json, Buffer.from(']')];
  let packet: string | undefined;
  return {
    // Only for whom it can not be written as it is: it is one large string.
    get packet() {
      packet ??= Buffer.concat(pieces).toString('utf8', 1);
      return packet;
    },
    frame: [frameHead(bytesOf(pieces)), ...pieces],
  };
}

/** A namespace as packets name it; `/` is not named. */
function of(namespace: string): string {
  return namespace === '/' ? '' : `${namespace},`;
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
