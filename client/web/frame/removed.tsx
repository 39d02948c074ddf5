import { type ReactElement, useState } from 'react';
import { kindOf } from '../../../shared/rooms.ts';
import type { Room } from '../../index.ts';
import { useConnection, useRoom, useSyncStatus } from '../../react/index.ts';
import { usePlace } from '../place.ts';
import { wordsFor, wordsForCode } from '../texts/refusals.ts';
import { t } from '../texts/t.ts';
import { keepAsNew } from '../visit/keeping.ts';
import { TakeAlong } from './takeAlong.tsx';

/** Shown to whom the server does not let into the room, or not any more, or not yet. */
export function RemovedBanner(): ReactElement | null {
  const { room, status, refusal, reason } = useRoom();
  const { hasUnsent } = useSyncStatus();
  const { status: connection } = useConnection();
  const isWaiting = status === 'joining' && connection === 'connected' && refusal !== undefined;
  if (!room || (status !== 'removed' && !isWaiting)) return null;
  const isSong = kindOf(room.room_id) === 'song';
  const isDeleted = reason === 'closed' || refusal?.error_code === 'deleted';
  if (status === 'removed' && isDeleted && isSong) return <DeletedBanner room={room} />;
  return (
    <div className="banner" role="alert">
      <p>
        <strong>{isWaiting ? t('You are not in yet.') : t('You are not in here.')}</strong>{' '}
        {refusal === undefined
          ? removal(reason)
          : refusal.error_code === 'forbidden'
            ? t('Nobody has given you access, or it was taken away. Ask who is in for a link.')
            : wordsForCode(refusal.error_code)}
        {hasUnsent && isSong && ` ${t('What you wrote last is not saved. It is still here: take it along.')}`}
      </p>
      {hasUnsent && isSong && <TakeAlong />}
      {status === 'removed' && (
        <button type="button" onClick={() => room.rejoin()}>
          {t('Try again')}
        </button>
      )}
    </div>
  );
}

function removal(reason: Room['state']['reason']): string {
  switch (reason) {
    case 'kicked':
      return t('A host has removed you.');
    case 'role_withdrawn':
      return t('Your role here was withdrawn.');
    case 'replaced':
      return t('It is open in another window.');
    case 'room_full':
      return t('It is full, and guests make room for those who belong here.');
    default:
      return t('It was deleted.');
  }
}

/** Shown where a song was deleted that is still here. */
function DeletedBanner({ room }: { room: Room }): ReactElement {
  const { client } = usePlace();
  const [trouble, setTrouble] = useState<string>();
  const [isKeeping, setKeeping] = useState(false);

  async function keep(): Promise<void> {
    setKeeping(true);
    await keepAsNew(client, room).catch((error: unknown) => setTrouble(wordsFor(error)));
    setKeeping(false);
  }

  return (
    <div className="banner" role="alert">
      <p>
        <strong>{t('This song was deleted.')}</strong>{' '}
        {trouble === undefined
          ? t('What you see is on this device alone.')
          : t('It can not be kept as a new song. {why}', { why: trouble })}
      </p>
      <TakeAlong />
      <button type="button" disabled={isKeeping} onClick={keep}>
        {t('Keep as a new song')}
      </button>
    </div>
  );
}
