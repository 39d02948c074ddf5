import { useEffect, useState } from 'react';
import type { SharedFeed } from '../../documents/feed.ts';
import { usePlace } from '../place.ts';
import { wordsFor } from '../texts/refusals.ts';
import { t } from '../texts/t.ts';

/** What is on its way into a talk. */
export interface Saying {
  /** What waits until the talk is there. */
  due: string | undefined;
  /** What went wrong last, in words. */
  trouble: string | undefined;
  say(text: string): void;
  setTrouble(trouble: string | undefined): void;
}

/** What is said before the talk is there waits for it; without a connection, the talk has it wait. It is said once. */
export function useSaying(talk: SharedFeed | undefined): Saying {
  const { client, visitor } = usePlace();
  const [due, say] = useState<string>();
  const [trouble, setTrouble] = useState<string>();
  useEffect(() => {
    if (due === undefined || !talk) return;
    say(undefined);
    talk.send(due, { name: client.greeting?.user.name ?? visitor.name }).then(
      () => setTrouble(undefined),
      (error) => setTrouble(t('This was not said. {why}', { why: wordsFor(error) })),
    );
  }, [due, talk, client, visitor]);
  return { due, trouble, say, setTrouble };
}
