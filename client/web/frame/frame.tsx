import type { ReactElement, ReactNode } from 'react';
import { People } from '../people/people.tsx';
import { ChatButton, useChat } from '../talk/useChat.tsx';
import { Header } from './header.tsx';
import { Notices } from './notices.tsx';
import { StatusLine } from './status.tsx';

interface FrameProps {
  title: string;
  /** What kind of page it is, to be styled by. */
  kind?: string;
  /** What is shown, where a small screen has room for one side. */
  shown?: 'write' | 'sheet';
  /** Whether the visitor is here to read only, and one side is enough. */
  isReader?: boolean;
  /** Whether it is known how many sides there are. */
  isSettled?: boolean;
  /** Who is here, where there is more to that than to see them. */
  people?: ReactElement;
  /** Buttons of this page in its head. */
  tools?: ReactNode;
  /** What it has to say besides what all pages have. */
  notice?: ReactNode;
  children: ReactNode;
  /** Below what it shows: tabs. */
  tabs?: ReactNode;
  /** In the line at its foot. */
  status?: ReactNode;
}

/** What every page has around what it shows: its head, what it has to say, the chat, and the line at its foot. */
export function Frame({
  title,
  kind,
  shown,
  isReader,
  isSettled = true,
  people = <People />,
  tools,
  notice,
  children,
  tabs,
  status,
}: FrameProps): ReactElement {
  const chat = useChat();
  return (
    <div className="page" data-shown={shown} data-reader={isReader || undefined} data-settled={isSettled}>
      <Header title={title}>
        {people}
        {tools}
        <ChatButton chat={chat} />
      </Header>
      <Notices />
      {notice}
      <main className={kind}>
        {children}
        {chat.panel}
      </main>
      {tabs}
      <StatusLine>{status}</StatusLine>
    </div>
  );
}
