import type { ReactElement, ReactNode } from 'react';
import { useConnection, useTyping } from '../../react/index.ts';
import { t } from '../texts/t.ts';

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
