import { type ReactElement, useCallback, useEffect, useState } from 'react';
import { useParticipants } from '../../react/index.ts';
import { usePeopleNames, usePlace } from '../place.ts';
import { wordsFor } from '../texts/refusals.ts';
import { t } from '../texts/t.ts';
import { fetchRemoved, letIn, removePerson } from '../visit/removals.ts';

/** For a host: who is here and can be removed, and who was and can be let in again. */
export function Removing(): ReactElement {
  const { client, room, visitor } = usePlace();
  const nameOf = usePeopleNames();
  const [removed, setRemoved] = useState<string[]>([]);
  const [trouble, setTrouble] = useState<string>();
  const { room_id } = room;
  const own = client.greeting?.user.user_id;
  const others = useParticipants().filter(({ user_id }) => user_id !== own);

  const look = useCallback(
    () => fetchRemoved(room_id, visitor).then(setRemoved, (error: unknown) => setTrouble(wordsFor(error))),
    [room_id, visitor],
  );
  useEffect(() => void look(), [look]);

  async function change(act: typeof letIn, user_id: string): Promise<void> {
    await act(room_id, user_id, visitor).catch((error: unknown) => setTrouble(wordsFor(error)));
    await look();
  }

  return (
    <>
      {trouble !== undefined && (
        <p className="note" role="alert">
          {trouble}
        </p>
      )}
      {others.length > 0 && (
        <ul className="invitations" aria-label={t('People here')}>
          {others.map(({ user_id, name }) => (
            <li key={user_id}>
              <span>{name}</span>
              <button
                type="button"
                aria-label={t('Remove {name}', { name })}
                onClick={() => void change(removePerson, user_id)}
              >
                {t('Remove')}
              </button>
            </li>
          ))}
        </ul>
      )}
      {removed.length > 0 && (
        <ul className="invitations" aria-label={t('Removed')}>
          {removed.map((user_id) => (
            <li key={user_id}>
              <span>{nameOf(user_id, user_id)}</span>
              <button
                type="button"
                aria-label={t('Let {name} in again', { name: nameOf(user_id, user_id) })}
                onClick={() => void change(letIn, user_id)}
              >
                {t('Let in again')}
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
