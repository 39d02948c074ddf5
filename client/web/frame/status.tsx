import { type ReactElement, type ReactNode, useEffect, useState } from 'react';
import { kindOf } from '../../../shared/rooms.ts';
import type { Room } from '../../index.ts';
import { useConnection, useConnectionIndicator, useRoom, useSyncStatus, useTyping } from '../../react/index.ts';
import { Icon } from '../parts/icon.tsx';
import { usePlace } from '../place.ts';
import { wordsFor, wordsForCode } from '../texts/refusals.ts';
import { t } from '../texts/t.ts';
import { forgetToken, isGuest, isNamed, tokenRefusal } from '../visit/access.ts';
import { keepAsNew } from '../visit/keeping.ts';
import { TakeAlong } from './takeAlong.tsx';

/** The line at the foot of a page: the connection, who types, and what else the page has to say. */
export function StatusLine({ children }: { children?: ReactNode }): ReactElement {
  const { status, latency } = useConnection();
  const words = {
    initial: t('Connecting…'),
    connecting: t('Connecting…'),
    connected: latency === undefined ? t('Connected') : t('Connected · {latency} ms', { latency: Math.round(latency) }),
    reconnecting: t('Connecting again…'),
    disconnected: t('Not connected'),
  };
  return (
    <footer className="status">
      <span className={`connection ${status}`}>{words[status]}</span>
      <Typing />
      {children}
    </footer>
  );
}

function Typing(): ReactElement {
  const [one, other, ...more] = useTyping().map(({ name }) => name);
  return (
    <span className="typists">
      {one === undefined
        ? ''
        : other === undefined
          ? t('{name} is typing…', { name: one })
          : more.length === 0
            ? t('{one} and {other} are typing…', { one, other })
            : t('{count} people are typing…', { count: more.length + 2 })}
    </span>
  );
}

/** Shown while there is no connection, but not when a page has only just begun to make one. */
export function OfflineBanner(): ReactElement | null {
  const { client } = usePlace();
  const { status, refusal, retryIn, retryNow } = useConnectionIndicator();
  const { kept } = useRoom();
  const isOutdated = useOutdated();
  const isAway = status === 'reconnecting' || status === 'disconnected' || (status === 'connecting' && refusal);
  if (!isAway) return null;
  if (isOutdated) return <OutdatedBanner />;
  const wasIn = client.greeting !== undefined;
  const isRefused = isNamed() && refusal?.error_code === 'unauthorized';
  return (
    <div className="banner" role="alert">
      <p>
        <strong>{wasIn ? t('You are offline.') : t('You are not in yet.')}</strong>{' '}
        {!wasIn || isRefused
          ? whyNotIn(refusal?.error_code === 'unauthorized')
          : kept
            ? t('Go on writing: it is kept here, and sent when you are back.')
            : t('Go on writing: it stays in this window, and is sent when you are back.')}
      </p>
      <span>{!!retryIn && t('Next try in {seconds} s', { seconds: retryIn })}</span>
      {isRefused && (
        <button
          type="button"
          onClick={() => {
            forgetToken();
            retryNow();
          }}
        >
          {t('Come in as a guest')}
        </button>
      )}
      <button type="button" onClick={retryNow}>
        {t('Try now')}
      </button>
    </div>
  );
}

/** `isUnknown`: the server does not take the token that one has. */
function whyNotIn(isUnknown: boolean): string {
  if (isUnknown)
    return t('Your link does not let you in any more: it is not whole, or its time is over. Ask for a new one.');
  switch (tokenRefusal()?.error_code) {
    case 'unauthorized':
      return isGuest()
        ? t('The link does not let you in: it is not whole, it was revoked, or its time is over. Ask for a new one.')
        : t('You need a link from somebody who is in. Ask for one.');
    case 'forbidden':
      return t('The link has let in as many people as it may. Ask for a new one.');
    case 'rate_limited':
      return t('Many people came from where you are. Wait a little.');
    default:
      return t('The server does not answer. It may be away, or your device may be offline.');
  }
}

/** Whether the server has become newer than the page. */
function useOutdated(): boolean {
  const { client } = usePlace();
  const [isOutdated, setOutdated] = useState(false);
  useEffect(() => client.on('reload', () => setOutdated(true)), [client]);
  return isOutdated;
}

function OutdatedBanner(): ReactElement {
  return (
    <div className="banner" role="alert">
      <p>
        <strong>{t('There is a new version of this page.')}</strong> {t('What you wrote is sent when it is loaded.')}
      </p>
      <button type="button" className="primary" onClick={() => location.reload()}>
        {t('Load it again')}
      </button>
    </div>
  );
}

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

/** Shown where the browser keeps nothing: it is full, or may not. It is said once. */
export function NotKeptNotice(): ReactElement | null {
  const { kept, role } = useRoom();
  const [isRead, setRead] = useState(false);
  if (kept || isRead || !role || role === 'viewer') return null;
  return (
    <p className="notice" role="status">
      <span>
        {t('This browser keeps nothing for this page: what is not saved yet is lost when the window closes.')}{' '}
        {t('It may be full, or a private window.')}
      </span>
      <button type="button" className="round" aria-label={t('Close')} onClick={() => setRead(true)}>
        <Icon name="close" />
      </button>
    </p>
  );
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

/** Shown to whom the song is open to read only, for as long as that is so. */
export function ViewerNotice(): ReactElement | null {
  const { role } = useRoom();
  const { hasUnsent } = useSyncStatus();
  if (role !== 'viewer') return null;
  return (
    <p className="notice">
      {t('You are here to read: only the sheet can be changed, for yourself.')}
      {hasUnsent && ` ${t('What you had written is kept on this device, and sent when you may write.')}`}
    </p>
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
