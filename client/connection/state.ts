import type { ServerPayload } from '../../shared/events.ts';

export type ConnectionStatus = 'initial' | 'connecting' | 'connected' | 'reconnecting' | 'disconnected';
export type RefusalMessage = ServerPayload<'error'>;

/** The connection at a glance: a new object whenever something in it has changed. */
export interface ConnectionState {
  readonly status: ConnectionStatus;
  /** There and back, in milliseconds; undefined while not measured. */
  readonly latency: number | undefined;
  /** How often in a row it was tried again, the attempt under way included; 0 once the server has answered something. */
  readonly retryCount: number;
  /** When the next attempt begins, by this clock; undefined where none is awaited. */
  readonly retryAt: number | undefined;
  /** Why the server, or the token function, last said no; undefined while connected. */
  readonly refusal: RefusalMessage | undefined;
}

export interface ConnectionEvents {
  /** Something of the state has changed. */
  state: ConnectionState;
  /** For banners. The connection is gone, and will be tried again. */
  lost: ConnectionState;
  /** It is back. */
  restored: ConnectionState;
  /** It is not tried any more: the server will not have this token or user, or there were too many attempts. */
  failed: ConnectionState;
  /** The server speaks a newer protocol, and this client ends: what is unsent is kept, and sent by a newer one. */
  reload: ConnectionState;
}
