import { type ReactElement, useEffect, useState } from 'react';
import { useConnection, usePeopleNames, usePlace, useTyping, useUnsent } from '../place.ts';
import { forgetToken, isNamed } from '../visit/access.ts';

/** What the line at the foot of a page says: the connection, who types, and whether everything is saved. */
export function StatusLine(): ReactElement {
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
      <Saved />
    </footer>
  );
}

function Typing(): ReactElement {
  const { client } = usePlace();
  const nameOf = usePeopleNames();
  const others = useTyping().filter((user_id) => user_id !== client.greeting?.user.user_id);
  const names = others.slice(0, 2).map(nameOf).join(' and ');
  const words =
    others.length > 2
      ? `${others.length} people are typing…`
      : `${names} ${others.length === 1 ? 'is' : 'are'} typing…`;
  return <span className="typists">{others.length > 0 && words}</span>;
}

export function Saved(): ReactElement {
  const { status } = useConnection();
  const hasUnsent = useUnsent();
  const waiting = status === 'connected' ? 'Saving…' : 'Kept on this device';
  return (
    <span className={`saved ${hasUnsent ? 'unsaved' : ''}`} role="status">
      {hasUnsent ? waiting : 'Saved'}
    </span>
  );
}

/** Shown while there is no connection, but not when a page has only just begun to make one. */
export function OfflineBanner(): ReactElement | null {
  const { client } = usePlace();
  const { status, retryAt, refusal } = useConnection();
  const seconds = useSecondsUntil(retryAt);
  const isAway = status === 'reconnecting' || status === 'disconnected' || (status === 'connecting' && refusal);
  if (!isAway) return null;
  const wasIn = client.greeting !== undefined;
  return (
    <div className="banner" role="alert">
      <p>
        <strong>{wasIn ? 'You are offline.' : 'You are not in yet.'}</strong>{' '}
        {wasIn ? 'Go on writing: it is kept here, and sent when you are back.' : refusal?.message}
      </p>
      <span>{seconds !== undefined && seconds > 0 && `Next try in ${seconds} s`}</span>
      {isNamed() && refusal?.error_code === 'unauthorized' && (
        <button
          type="button"
          onClick={() => {
            forgetToken();
            client.retryNow();
          }}
        >
          Come in as a guest
        </button>
      )}
      <button type="button" onClick={() => (status === 'disconnected' ? client.connect() : client.retryNow())}>
        Try now
      </button>
    </div>
  );
}

function useSecondsUntil(time: number | undefined): number | undefined {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (time === undefined) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [time]);
  return time === undefined ? undefined : Math.ceil((time - now) / 1000);
}
