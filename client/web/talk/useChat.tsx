import {
  type ReactElement,
  type RefObject,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import { talkOf } from '../../../shared/talk.ts';
import type { SharedFeed } from '../../documents/feed.ts';
import { useRoom } from '../../react/index.ts';
import { Icon } from '../parts/icon.tsx';
import { usePlace } from '../place.ts';
import { t } from '../texts/t.ts';
import { Chat } from './chat.tsx';
import { saidIn, talks } from './talks.ts';
import { useSaying } from './useSaying.ts';

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
  const talk = useTalk();
  const listen = useCallback((changed: () => void) => talk?.on('change', changed) ?? (() => {}), [talk]);
  const content = useSyncExternalStore(listen, () => talk?.content);
  // biome-ignore lint/correctness/useExhaustiveDependencies: with another content there are other entries
  const said = useMemo(() => saidIn(talk?.entries ?? []), [talk, content]);
  const saying = useSaying(talk);
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const unread = talk?.unread ?? 0;
  useEffect(() => {
    // Without a connection it is told later, or when the chat is open again.
    if (isOpen && unread > 0) talk?.markRead().catch(() => {});
  }, [isOpen, talk, unread]);
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  return {
    isOpen,
    unread,
    panel: isOpen ? <Chat talk={talk} said={said} saying={saying} onClose={close} /> : undefined,
    button,
    toggle: () => setOpen(!isOpen),
  };
}

/** What is said in the page's room, from when one is there. */
function useTalk(): SharedFeed | undefined {
  const { client, room } = usePlace();
  const { status } = useRoom();
  const [talk, setTalk] = useState<SharedFeed>();
  const id = talkOf(room.room_id);
  const isIn = status === 'joined';
  const [wasIn, setWasIn] = useState(isIn);
  if (isIn && !wasIn) setWasIn(true);
  useEffect(() => {
    if (!wasIn || id === undefined) return;
    const opened = client.room(id);
    setTalk(opened.document(talks));
    return () => {
      setTalk(undefined);
      void opened.leave();
    };
  }, [client, id, wasIn]);
  return talk;
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
