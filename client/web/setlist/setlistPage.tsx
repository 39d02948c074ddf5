import { type ReactElement, useEffect, useState } from 'react';
import { useBoard } from '../../react/index.ts';
import { Frame } from '../frame/frame.tsx';
import { Saved } from '../frame/saved.tsx';
import { ClosableNotice } from '../parts/closable.tsx';
import { usePlace } from '../place.ts';
import { wordsFor } from '../texts/refusals.ts';
import { t } from '../texts/t.ts';
import { useArrived, useSettled } from '../visit/entering.ts';
import { useTitle } from '../visit/useTitle.ts';
import { setlists, titleOf } from './setlist.ts';
import { SetlistSongs } from './setlistSongs.tsx';

/** What a band plays tonight. */
export function SetlistPage(): ReactElement {
  const setlist = usePlace().room.document(setlists);
  const { selected: named = '' } = useBoard(setlists, titleOf);
  const title = named || t('A new set list');
  useTitle(title);
  const [hasArrived, isSettled] = [useArrived(), useSettled()];
  /** Why something was taken back last; each time it is said anew. */
  const [trouble, setTrouble] = useState({ why: '', times: 0 });
  useEffect(
    () =>
      setlist.on('refused', ({ refusal }) => setTrouble(({ times }) => ({ why: wordsFor(refusal), times: times + 1 }))),
    [setlist],
  );
  return (
    <Frame
      title={title}
      kind="setlist"
      status={<Saved />}
      notice={
        trouble.times > 0 && (
          <ClosableNotice key={trouble.times}>
            {t('This could not be done. {why}', { why: trouble.why })}
          </ClosableNotice>
        )
      }
    >
      {hasArrived && isSettled && <SetlistSongs />}
    </Frame>
  );
}
