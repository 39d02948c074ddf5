import type { RoomMessage } from '../../react/index.ts';

/** What someone said, while this window was open. */
export interface Said {
  at: number;
  user_id: string;
  text: string;
}

/** What windows say to each other. */
export interface ChatMessage {
  kind: 'chat';
  text: string;
}

/** What was said, among all that windows told each other. */
export function chatIn(messages: readonly RoomMessage[]): Said[] {
  return messages.flatMap(({ user_id, message, timestamp }) =>
    isChat(message) ? [{ at: timestamp, user_id, text: message.text }] : [],
  );
}

function isChat(message: unknown): message is ChatMessage {
  const { kind, text } = (message ?? {}) as Partial<ChatMessage>;
  return kind === 'chat' && typeof text === 'string';
}
