import { type ReactElement, useEffect, useMemo, useState } from 'react';
import { useMessages } from '../../react/index.ts';
import { Icon } from '../parts/icon.tsx';
import { Chat } from './chat.tsx';
import { chatIn } from './messages.ts';

/** The chat of a page: whether it is open, what was said while it was not, and what to show of it. */
export interface ChatState {
  isOpen: boolean;
  unread: number;
  panel: ReactElement | undefined;
  toggle(): void;
}

export function useChat(): ChatState {
  const messages = useMessages();
  const said = useMemo(() => chatIn(messages), [messages]);
  const [isOpen, setOpen] = useState(false);
  const [heard, setHeard] = useState(0);
  useEffect(() => {
    if (isOpen) setHeard(said.length);
  }, [isOpen, said.length]);
  return {
    isOpen,
    unread: Math.max(0, said.length - heard),
    panel: isOpen ? <Chat said={said} onClose={() => setOpen(false)} /> : undefined,
    toggle: () => setOpen(!isOpen),
  };
}

export function ChatButton({ chat: { isOpen, unread, toggle } }: { chat: ChatState }): ReactElement {
  return (
    <button
      type="button"
      className="quiet"
      aria-label={unread > 0 && !isOpen ? `Chat, ${unread} new` : 'Chat'}
      aria-expanded={isOpen}
      onClick={toggle}
    >
      <Icon name="chat" />
      {unread > 0 && !isOpen && <span className="count">{unread}</span>}
    </button>
  );
}
