import { type ReactElement, useState } from 'react';
import { Header } from '../frame/header.tsx';
import { Notices } from '../frame/notices.tsx';
import { StatusLine } from '../frame/status.tsx';
import { People } from '../people/people.tsx';
import { usePlace } from '../place.ts';
import { readable } from '../readable.ts';
import { ChatButton, useChat } from '../talk/useChat.tsx';
import { wordsFor } from '../texts/refusals.ts';
import { t } from '../texts/t.ts';
import { useTitle } from '../visit/useTitle.ts';
import { NowPlaying } from './nowPlaying.tsx';
import { Queue } from './queue.tsx';
import { Scores } from './scores.tsx';

/** A session: a player that plays the same to everybody, a queue that everybody votes on, and scores. */
export function SessionPage(): ReactElement {
  const { room } = usePlace();
  const title = t('Session {name}', { name: readable(room.room_id.replace('session:', '')) });
  useTitle(title);
  const chat = useChat();
  const [trouble, setTrouble] = useState<string>();
  const attempt = (command: Promise<unknown>) => {
    command.then(
      () => setTrouble(undefined),
      (error: unknown) => setTrouble(wordsFor(error)),
    );
  };
  return (
    <div className="page">
      <Header title={title}>
        <People />
        <ChatButton chat={chat} />
      </Header>
      <Notices />
      {trouble && (
        <p className="notice" role="alert">
          {trouble}
        </p>
      )}
      <main className="session">
        <div className="stage">
          <NowPlaying attempt={attempt} />
          <Queue attempt={attempt} />
          <Scores attempt={attempt} />
        </div>
        {chat.panel}
      </main>
      <StatusLine />
    </div>
  );
}
