import type { RoomMessage } from '../../react/index.ts';
import { shortened } from '../shortened.ts';
import { t } from '../texts/t.ts';

/** How long a message is, in UTF-16 units; of a longer one the beginning is shown. */
export const longestMessage = 2_000;

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
    isChat(message)
      ? [
          {
            at: timestamp,
            user_id,
            text: shortened(message.text, longestMessage, ` … ${t('(the rest is not shown)')}`),
          },
        ]
      : [],
  );
}

function isChat(message: unknown): message is ChatMessage {
  const { kind, text } = (message ?? {}) as Partial<ChatMessage>;
  return kind === 'chat' && typeof text === 'string';
}
