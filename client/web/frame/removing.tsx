import { type ReactElement, useCallback, useEffect, useState } from 'react';
import { useParticipants } from '../../react/index.ts';
import { usePeopleNames, usePlace } from '../place.ts';
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
    () => fetchRemoved(room_id, visitor).then(setRemoved, (error: Error) => setTrouble(error.message)),
    [room_id, visitor],
  );
  useEffect(() => void look(), [look]);

  async function change(act: typeof letIn, user_id: string): Promise<void> {
    await act(room_id, user_id, visitor).catch((error: Error) => setTrouble(error.message));
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
        <ul className="invitations" aria-label="People here">
          {others.map(({ user_id, name }) => (
            <li key={user_id}>
              <span>{name}</span>
              <button type="button" aria-label={`Remove ${name}`} onClick={() => void change(removePerson, user_id)}>
                Remove
              </button>
            </li>
          ))}
        </ul>
      )}
      {removed.length > 0 && (
        <ul className="invitations" aria-label="Removed">
          {removed.map((user_id) => (
            <li key={user_id}>
              <span>{nameOf(user_id, user_id)}</span>
              <button
                type="button"
                aria-label={`Let ${nameOf(user_id, user_id)} in again`}
                onClick={() => void change(letIn, user_id)}
              >
                Let in again
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
