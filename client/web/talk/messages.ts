import { useEffect, useState } from 'react';
import { usePlace } from '../place.ts';

/** What someone said, while this window was open. */
export interface Said {
  at: number;
  user_id: string;
  text: string;
}

/** What windows say to each other. */
interface ChatMessage {
  kind: 'chat';
  text: string;
}

/** What was said, and how to say something; it throws why it could not be said. */
export function useMessages(): [said: Said[], say: (text: string) => Promise<void>] {
  const { room } = usePlace();
  const [said, setSaid] = useState<Said[]>([]);
  useEffect(() => {
    return room.on('message', ({ user_id, message, timestamp }) => {
      if (isChat(message)) setSaid((before) => [...before, { at: timestamp, user_id, text: message.text }]);
    });
  }, [room]);
  return [said, (text) => room.sendMessage({ kind: 'chat', text } satisfies ChatMessage)];
}

function isChat(message: unknown): message is ChatMessage {
  const { kind, text } = (message ?? {}) as Partial<ChatMessage>;
  return kind === 'chat' && typeof text === 'string';
}
