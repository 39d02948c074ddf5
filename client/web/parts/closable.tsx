import { type ReactElement, type ReactNode, useState } from 'react';
import { t } from '../texts/t.ts';
import { Icon } from './icon.tsx';

/** Something that is said once: whoever has read it closes it. */
export function ClosableNotice({ children }: { children: ReactNode }): ReactElement | null {
  const [isRead, setRead] = useState(false);
  if (isRead) return null;
  return (
    <p className="notice" role="status">
      <span>{children}</span>
      <button type="button" className="round" aria-label={t('Close')} onClick={() => setRead(true)}>
        <Icon name="close" />
      </button>
    </p>
  );
}
