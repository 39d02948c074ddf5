import type { Socket } from 'node:net';
import { WebSocket } from 'ws';

/** The socket and the sender behind a WebSocket, which `ws` has no public names for. */
interface Internals {
  _socket: Socket | null;
  _sender: object | null;
}

/** A WebSocket that takes whole frames, and says nothing once it is closing. */
export class FrameSocket extends WebSocket {
  /**
   * Writes an encoded frame in one call of the system, past all that Engine.IO and `ws` do for one message. Returns
   * false, and has written nothing, where something else is still being written or it is not open.
   */
  writeFrame(frame: Buffer): boolean {
    const { _socket } = this as unknown as Internals;
    if (this.readyState !== WebSocket.OPEN || !_socket || _socket.writableLength > 0) return false;
    _socket.write(frame);
    return true;
  }

  /** What it is written to. */
  get socket(): Socket | undefined {
    return (this as unknown as Internals)._socket ?? undefined;
  }

  /**
   * Engine.IO writes what it has encoded for many straight to the sender of each, without asking; data after the
   * closing frame is an error in browsers.
   */
  override close(code?: number, reason?: string | Buffer): void {
    super.close(code, reason);
    Object.assign((this as unknown as Internals)._sender ?? {}, { sendFrame: () => {} });
  }
}
