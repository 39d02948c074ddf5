import type { ErrorCode } from '../../../shared/refusals.ts';
import type { Role } from '../../../shared/rooms.ts';
import type { ConnectionStatus, RoomStatus } from '../../index.ts';
import type { PlainText } from '../texts/t.ts';

/** What decides whether what was written gets into the log. */
export interface Writing {
  hasUnsent: boolean;
  /** Whether the browser keeps what is unsent. */
  kept: boolean;
  connection: ConnectionStatus;
  room: RoomStatus;
  role: Role | undefined;
  /** Why the server last did not take what is unsent, or did not let one in. */
  refusal: ErrorCode | undefined;
}

/** How things are with what was written: a word at the foot of the page, and, where it stays unsaved, why and what to do. */
export interface Saving {
  word: PlainText;
  why?: PlainText;
}

/** Says so for each state. Where a banner of its own says why, there is a word alone. */
export function savingOf({ hasUnsent, kept, connection, room, role, refusal }: Writing): Saving {
  if (!hasUnsent) return { word: 'Saved' };
  const waiting = kept ? 'Kept on this device' : 'Not kept: leave it open';
  if (room === 'removed') return { word: 'Not saved' };
  if (connection !== 'connected' || role === 'viewer') return { word: waiting };
  return refusal === undefined ? { word: 'Saving…' } : (refused[refusal] ?? otherwise);
}

const refused: Partial<Record<ErrorCode, Saving>> = {
  too_large: {
    word: 'Not saved',
    why: 'The song is as long as it may be. What you wrote last is still here, and is saved when there is room for it: make the song shorter, or take it along.',
  },
  rate_limited: { word: 'Saving, little by little…' },
  room_full: {
    word: 'Not saved',
    why: 'As many people are here as there may be. What you wrote is still here, and is saved when there is room for you.',
  },
  unavailable: {
    word: 'Not saved',
    why: 'The server can not save at the moment. What you wrote is still here, and is saved as soon as that works.',
  },
  internal: {
    word: 'Not saved',
    why: 'The server can not save at the moment. What you wrote is still here, and is saved as soon as that works.',
  },
  // The room is asked for anew, which mends these.
  conflict: { word: 'Saving…' },
  not_found: { word: 'Saving…' },
  unauthorized: { word: 'Saving…' },
};

const otherwise: Saving = {
  word: 'Not saved',
  why: 'The server does not take what you wrote last. It is still here: take it along, and load the page again.',
};
