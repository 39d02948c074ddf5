import { type ReactElement, useState } from 'react';
import { kindOf } from '../../../shared/rooms.ts';
import { useRoom } from '../../react/index.ts';
import { Icon } from '../parts/icon.tsx';
import { usePlace } from '../place.ts';
import { t } from '../texts/t.ts';
import { cameByOther } from '../visit/access.ts';
import { UnsavedBanner } from './saved.tsx';
import { NotKeptNotice, OfflineBanner, RemovedBanner, ViewerNotice } from './status.tsx';

/** All that a page may have to say of where it stands, above what it shows. */
export function Notices(): ReactElement {
  const isSong = kindOf(usePlace().room.room_id) === 'song';
  return (
    <>
      <OfflineBanner />
      <RemovedBanner />
      {isSong && <UnsavedBanner />}
      <LinkNotice />
      {isSong && <ViewerNotice />}
      {isSong && <NotKeptNotice />}
    </>
  );
}

/** Shown to whom the link let in by which they came before, for the one that was opened does not work. */
function LinkNotice(): ReactElement | null {
  const { status } = useRoom();
  const [isRead, setRead] = useState(false);
  if (isRead || status !== 'joined' || !cameByOther()) return null;
  return (
    <p className="notice" role="status">
      <span>
        {t('The link that you opened does not work: it is not whole, or its time is over. You are here as before.')}
      </span>
      <button type="button" className="round" aria-label={t('Close')} onClick={() => setRead(true)}>
        <Icon name="close" />
      </button>
    </p>
  );
}
