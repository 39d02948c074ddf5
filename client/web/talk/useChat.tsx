import { type ReactElement, type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import { useMessages } from '../../react/index.ts';
import { Icon } from '../parts/icon.tsx';
import { t } from '../texts/t.ts';
import { Chat } from './chat.tsx';
import { chatIn } from './messages.ts';

/** The chat of a page: whether it is open, what was said while it was not, and what to show of it. */
export interface ChatState {
  isOpen: boolean;
  unread: number;
  panel: ReactElement | undefined;
  /** Where the focus is again when the chat was closed. */
  button: RefObject<HTMLButtonElement | null>;
  toggle(): void;
}

export function useChat(): ChatState {
  const messages = useMessages();
  const said = useMemo(() => chatIn(messages), [messages]);
  const [isOpen, setOpen] = useState(false);
  const [heard, setHeard] = useState(0);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (isOpen) setHeard(said.length);
  }, [isOpen, said.length]);
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  return {
    isOpen,
    unread: Math.max(0, said.length - heard),
    panel: isOpen ? <Chat said={said} onClose={close} /> : undefined,
    button,
    toggle: () => setOpen(!isOpen),
  };
}

export function ChatButton({ chat: { isOpen, unread, button, toggle } }: { chat: ChatState }): ReactElement {
  return (
    <button
      ref={button}
      type="button"
      className="quiet"
      aria-label={unread > 0 && !isOpen ? t('Chat, {count} new', { count: unread }) : t('Chat')}
      aria-expanded={isOpen}
      onClick={toggle}
    >
      <Icon name="chat" />
      {unread > 0 && !isOpen && <span className="count">{unread}</span>}
    </button>
  );
}
