import { type FormEvent, type ReactElement, useEffect, useRef, useState } from 'react';
import type { SharedFeed } from '../../documents/feed.ts';
import { useRoom } from '../../react/index.ts';
import { Icon } from '../parts/icon.tsx';
import { useColors, usePeopleNames, usePlace } from '../place.ts';
import { wordsFor } from '../texts/refusals.ts';
import { t } from '../texts/t.ts';
import { linked } from './linked.tsx';
import { longestMessage, type Said } from './talks.ts';
import type { Saying } from './useSaying.ts';

interface ChatProps {
  /** undefined until one is there. */
  talk: SharedFeed | undefined;
  said: Said[];
  saying: Saying;
  onClose(): void;
}

export function Chat({ talk, said, saying, onClose }: ChatProps): ReactElement {
  const { client } = usePlace();
  const { due, trouble, say, setTrouble } = saying;
  const { role, status } = useRoom();
  const colorOf = useColors();
  const nameOf = usePeopleNames();
  const [text, setText] = useState('');
  const end = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const own = client.greeting?.user.user_id;

  // biome-ignore lint/correctness/useExhaustiveDependencies: what is new is at the end
  useEffect(() => {
    end.current?.scrollIntoView({ block: 'nearest' });
  }, [said.at(-1)?.id]);

  // On a phone this would bring up the keyboard over what was said.
  useEffect(() => {
    if (matchMedia('(pointer: fine)').matches) field.current?.focus();
  }, []);

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (text.trim() === '') return;
    say(text.trim());
    setText('');
  }

  return (
    <aside
      className="chat"
      aria-label={t('Chat')}
      onKeyDown={({ key }) => {
        if (key === 'Escape') onClose();
      }}
    >
      <header>
        <h2>{t('Chat')}</h2>
        <button type="button" className="round" aria-label={t('Close the chat')} onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <div className="said" role="log" aria-label={t('Messages')}>
        {talk?.hasOlder && (
          <button
            type="button"
            className="quiet"
            disabled={status !== 'joined'}
            onClick={() => void talk.older().catch((error) => setTrouble(wordsFor(error)))}
          >
            {t('Earlier messages')}
          </button>
        )}
        {said.length === 0 && <p className="none">{t('Nobody has said anything yet.')}</p>}
        <ol>
          {said.map(({ id, user_id, name, text: words }) => (
            <li key={id} className={user_id === own ? 'own' : ''}>
              {user_id !== own && (
                <b
                  style={{
                    color: `light-dark(${colorOf(user_id)}, color-mix(in srgb, ${colorOf(user_id)}, white 55%))`,
                  }}
                >
                  {nameOf(user_id, name)}
                </b>
              )}
              <p>{linked(words)}</p>
            </li>
          ))}
        </ol>
        <div ref={end} />
      </div>
      {role === 'viewer' ? (
        <p className="note">{t('You are here to read.')}</p>
      ) : (
        <form onSubmit={submit}>
          <input
            ref={field}
            aria-label={t('Message')}
            placeholder={t('Say something')}
            maxLength={longestMessage}
            value={due ?? text}
            readOnly={due !== undefined}
            onChange={(event) => setText(event.target.value)}
          />
          <button type="submit" className="primary">
            {t('Send')}
          </button>
        </form>
      )}
      {due !== undefined && (
        <p className="note" role="status">
          {t('This is said when you are connected.')}
        </p>
      )}
      {trouble && (
        <p className="note" role="alert">
          {trouble}
        </p>
      )}
    </aside>
  );
}
