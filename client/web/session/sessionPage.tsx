import { type ReactElement, useState } from 'react';
import { Frame } from '../frame/frame.tsx';
import { usePlace } from '../place.ts';
import { readable } from '../readable.ts';
import { wordsFor } from '../texts/refusals.ts';
import { t } from '../texts/t.ts';
import { useArrived, useSettled } from '../visit/entering.ts';
import { useTitle } from '../visit/useTitle.ts';
import { NowPlaying } from './nowPlaying.tsx';
import { Queue } from './queue.tsx';
import { Scores } from './scores.tsx';

/** A session: a player that plays the same to everybody, a queue that everybody votes on, and scores. */
export function SessionPage(): ReactElement {
  const { room } = usePlace();
  const title = t('Session {name}', { name: readable(room.room_id.replace('session:', '')) });
  useTitle(title);
  const [hasArrived, isSettled] = [useArrived(), useSettled()];
  const [trouble, setTrouble] = useState<string>();
  const attempt = (command: Promise<unknown>) => {
    command.then(
      () => setTrouble(undefined),
      (error: unknown) => setTrouble(wordsFor(error)),
    );
  };
  return (
    <Frame
      title={title}
      kind="session"
      notice={
        trouble && (
          <p className="notice" role="alert">
            {trouble}
          </p>
        )
      }
    >
      {hasArrived && isSettled && (
        <div className="stage">
          <NowPlaying attempt={attempt} />
          <Queue attempt={attempt} />
          <Scores attempt={attempt} />
        </div>
      )}
    </Frame>
  );
}
