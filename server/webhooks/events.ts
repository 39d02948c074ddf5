import { createHash, randomBytes } from 'node:crypto';
import type { RoomId } from '../../shared/rooms.ts';
import type { WebhookEventType } from '../config.ts';

/** What a service is told. Whoever gets it twice knows it by its `id`. */
export interface WebhookEvent {
  id: string;
  type: WebhookEventType;
  /** The tenant; `""` where tokens name none. */
  org_id: string;
  room_id?: RoomId;
  user_id?: string;
  /** When it happened, in milliseconds since the epoch. */
  timestamp: number;
  data: Record<string, unknown>;
}

export function newId(): string {
  return `evt_${randomBytes(15).toString('base64url')}`;
}

/** The same whenever the same thing is told again. */
export function idOf(...what: (string | number)[]): string {
  return `evt_${createHash('sha256').update(JSON.stringify(what)).digest('base64url').slice(0, 20)}`;
}
