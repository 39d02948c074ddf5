import type { ReactElement } from 'react';
import { kindOf } from '../../../shared/rooms.ts';
import { useRoom, useSyncStatus } from '../../react/index.ts';
import { ClosableNotice } from '../parts/closable.tsx';
import { usePlace } from '../place.ts';
import { t } from '../texts/t.ts';
import { cameByOther } from '../visit/access.ts';
import { OfflineBanner } from './offline.tsx';
import { RemovedBanner } from './removed.tsx';
import { UnsavedBanner } from './saved.tsx';

/** All that a page may have to say of where it stands, above what it shows. */
export function Notices(): ReactElement {
  const { status, role, kept } = useRoom();
  const isSong = kindOf(usePlace().room.room_id) === 'song';
  const mayWrite = role !== undefined && role !== 'viewer';
  return (
    <>
      <OfflineBanner />
      <RemovedBanner />
      {isSong && <UnsavedBanner />}
      {status === 'joined' && cameByOther() && (
        <ClosableNotice>
          {t('The link that you opened does not work: it is not whole, or its time is over. You are here as before.')}
        </ClosableNotice>
      )}
      {isSong && role === 'viewer' && <ViewerNotice />}
      {isSong && mayWrite && !kept && (
        <ClosableNotice>
          {t('This browser keeps nothing for this page: what is not saved yet is lost when the window closes.')}{' '}
          {t('It may be full, or a private window.')}
        </ClosableNotice>
      )}
    </>
  );
}

/** Shown to whom the song is open to read only, for as long as that is so. */
function ViewerNotice(): ReactElement {
  const { hasUnsent } = useSyncStatus();
  return (
    <p className="notice">
      {t('You are here to read: only the sheet can be changed, for yourself.')}
      {hasUnsent && ` ${t('What you had written is kept on this device, and sent when you may write.')}`}
    </p>
  );
}
