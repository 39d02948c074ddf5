import { type ReactElement, type ReactNode, useState } from 'react';
import { kindOf } from '../../../shared/rooms.ts';
import type { Room } from '../../index.ts';
import { useConnection, useConnectionIndicator, useRoom, useSyncStatus, useTyping } from '../../react/index.ts';
import { usePlace } from '../place.ts';
import { forgetToken, isNamed } from '../visit/access.ts';
import { keepAsNew } from '../visit/keeping.ts';

/** The line at the foot of a page: the connection, who types, and what else the page has to say. */
export function StatusLine({ children }: { children?: ReactNode }): ReactElement {
  const { status, latency } = useConnection();
  const words = {
    initial: 'Connecting…',
    connecting: 'Connecting…',
    connected: latency === undefined ? 'Connected' : `Connected · ${latency} ms`,
    reconnecting: 'Connecting again…',
    disconnected: 'Not connected',
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
  const others = useTyping().map(({ name }) => name);
  const names = others.slice(0, 2).join(' and ');
  const words =
    others.length > 2
      ? `${others.length} people are typing…`
      : `${names} ${others.length === 1 ? 'is' : 'are'} typing…`;
  return <span className="typists">{others.length > 0 && words}</span>;
}

/** Whether all of a song is in the log. */
export function Saved(): ReactElement {
  const { status } = useConnection();
  const { hasUnsent } = useSyncStatus();
  const { kept } = useRoom();
  const waiting = status === 'connected' ? 'Saving…' : kept ? 'Kept on this device' : 'Not kept: leave it open';
  return (
    <span className={`saved ${hasUnsent ? 'unsaved' : ''}`} role="status">
      {hasUnsent ? waiting : 'Saved'}
    </span>
  );
}

/** Shown while there is no connection, but not when a page has only just begun to make one. */
export function OfflineBanner(): ReactElement | null {
  const { client } = usePlace();
  const { status, refusal, retryIn, retryNow } = useConnectionIndicator();
  const { kept } = useRoom();
  const keeping = kept ? 'it is kept here' : 'it stays in this window';
  const isAway = status === 'reconnecting' || status === 'disconnected' || (status === 'connecting' && refusal);
  if (!isAway) return null;
  const wasIn = client.greeting !== undefined;
  return (
    <div className="banner" role="alert">
      <p>
        <strong>{wasIn ? 'You are offline.' : 'You are not in yet.'}</strong>{' '}
        {wasIn ? `Go on writing: ${keeping}, and sent when you are back.` : refusal?.message}
      </p>
      <span>{!!retryIn && `Next try in ${retryIn} s`}</span>
      {isNamed() && refusal?.error_code === 'unauthorized' && (
        <button
          type="button"
          onClick={() => {
            forgetToken();
            retryNow();
          }}
        >
          Come in as a guest
        </button>
      )}
      <button type="button" onClick={retryNow}>
        Try now
      </button>
    </div>
  );
}

/** Shown to whom the server does not let into the room, or not any more. */
export function RemovedBanner(): ReactElement | null {
  const { room, status, refusal, reason } = useRoom();
  if (status !== 'removed') return null;
  const isDeleted = reason === 'closed' || refusal?.error_code === 'deleted';
  if (isDeleted && room && kindOf(room.room_id) === 'song') return <DeletedBanner room={room} />;
  return (
    <div className="banner" role="alert">
      <p>
        <strong>You are not in here.</strong> {refusal?.message ?? removals[reason ?? 'closed']}
      </p>
      <button type="button" onClick={() => room?.rejoin()}>
        Try again
      </button>
    </div>
  );
}

/** Shown where the browser keeps nothing: it is full, or may not. */
export function NotKeptNotice(): ReactElement | null {
  const { kept, role } = useRoom();
  if (kept || !role || role === 'viewer') return null;
  return (
    <p className="notice" role="status">
      This browser keeps nothing for this page: what is not saved yet is lost when the window closes.
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
    await keepAsNew(client, room).catch((error: Error) => setTrouble(error.message));
    setKeeping(false);
  }

  return (
    <div className="banner" role="alert">
      <p>
        <strong>This song was deleted.</strong> {trouble ?? 'What you see is on this device alone.'}
      </p>
      <button type="button" disabled={isKeeping} onClick={keep}>
        Keep as a new song
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
      You are here to read: only the sheet can be changed, for yourself.
      {hasUnsent && ' What you had written is kept on this device, and sent when you may write.'}
    </p>
  );
}

const removals = {
  kicked: 'A host has removed you.',
  role_withdrawn: 'Your role here was withdrawn.',
  closed: 'It was deleted.',
  replaced: 'It is open in another window.',
  room_full: 'It is full, and guests make room for those who belong here.',
};
