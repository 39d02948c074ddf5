import type { ServerPayload } from '../../shared/events.ts';

/** What one instance orders, and every other does too with what it holds. */
export type Command =
  | { type: 'kick'; room: string; user_id: string }
  | { type: 'uninvite'; room: string; invitation: string }
  | { type: 'close'; room: string }
  | { type: 'disconnect'; user: string }
  | { type: 'probe'; user: string }
  | { type: 'came' | 'left'; user: string; at: number }
  | { type: 'tell'; org_id: string; connection_id: string; event: ServerPayload<'event'> }
  | { type: 'queued'; queue: string };
