import type { ReactElement } from 'react';
import { useConnection, useRoom, useSyncStatus } from '../../react/index.ts';
import { t } from '../texts/t.ts';
import { type Saving, savingOf } from './saving.ts';
import { TakeAlong } from './takeAlong.tsx';

function useSaving(): Saving {
  const { status: connection } = useConnection();
  const { status: room, role, kept, refusal } = useRoom();
  const { hasUnsent, refusal: declined } = useSyncStatus();
  return savingOf({ hasUnsent, kept, connection, room, role, refusal: (declined ?? refusal)?.error_code });
}

/** Whether all of a song is in the log. */
export function Saved(): ReactElement {
  const { word } = useSaving();
  return (
    <span className={`saved ${word === 'Saved' ? '' : 'unsaved'}`} role="status">
      {t(word)}
    </span>
  );
}

/** Says why what was written is not saved, and what can be done. */
export function UnsavedBanner(): ReactElement | null {
  const { why } = useSaving();
  if (why === undefined) return null;
  return (
    <div className="banner" role="alert">
      <p>
        <strong>{t('Not saved')}.</strong> {t(why)}
      </p>
      <TakeAlong />
    </div>
  );
}
