import type { ReactElement } from 'react';
import { includesRole } from '../../../shared/rooms.ts';
import { useRoom, useSession } from '../../react/index.ts';
import { Icon } from '../parts/icon.tsx';
import { usePeopleNames, usePlace } from '../place.ts';
import { t } from '../texts/t.ts';
import { Adding } from './adding.tsx';
import { minutes } from './nowPlaying.tsx';
import { nameOfTrack } from './tracks.ts';

/** What waits to be played, most wanted first, and what could be added to it. */
export function Queue({ attempt }: { attempt(command: Promise<unknown>): void }): ReactElement {
  const { client, room } = usePlace();
  const { session } = room;
  const { role = 'viewer' } = useRoom();
  const { queue } = useSession();
  const nameOf = usePeopleNames();
  const own = client.greeting?.user.user_id ?? '';
  const mayAdd = includesRole(role, 'editor');
  return (
    <section className="queue" aria-label={t('Queue')}>
      <h2>{t('Next')}</h2>
      {queue.length === 0 && <p className="note">{t('The queue is empty.')}</p>}
      <ol>
        {queue
          .toSorted((one, other) => other.votes.length - one.votes.length)
          .map(({ track_id, title, duration_ms, added_by, votes }) => (
            <li key={track_id}>
              <button
                type="button"
                className="vote"
                aria-pressed={votes.includes(own)}
                aria-label={t('Vote for {title}, {count} so far', {
                  title: title ?? nameOfTrack(track_id),
                  count: votes.length,
                })}
                disabled={!mayAdd}
                onClick={() => attempt(session.vote(track_id, !votes.includes(own)))}
              >
                <Icon name="vote" /> {votes.length}
              </button>
              <span>
                <b>{title ?? nameOfTrack(track_id)}</b>
                <small>
                  {duration_ms !== null && `${minutes(duration_ms)} · `}
                  {added_by === own ? t('you') : nameOf(added_by)}
                </small>
              </span>
              {(added_by === own || includesRole(role, 'host')) && (
                <button
                  type="button"
                  className="round"
                  aria-label={t('Remove {name}', { name: title ?? nameOfTrack(track_id) })}
                  onClick={() => attempt(session.remove(track_id))}
                >
                  <Icon name="close" />
                </button>
              )}
            </li>
          ))}
      </ol>
      {mayAdd && <Adding attempt={attempt} />}
    </section>
  );
}
