import { type ReactElement, useState } from 'react';
import { useRoom } from '../../react/index.ts';
import { copy } from '../parts/copy.ts';
import { download } from '../parts/download.ts';
import { Icon } from '../parts/icon.tsx';
import { titleOf } from '../song/chordpro/plainText.ts';
import { t } from '../texts/t.ts';

/** Ways to take the song along that need no server. */
export function TakeAlong(): ReactElement {
  const { room } = useRoom();
  const [state, setState] = useState<'copied' | 'refused'>();
  const text = () => room?.text.text ?? '';
  return (
    <>
      <button type="button" onClick={async () => setState((await copy(text())) ? 'copied' : 'refused')}>
        <Icon name={state === 'copied' ? 'check' : 'copy'} />
        <span aria-live="polite">
          {t(state === 'copied' ? 'Copied' : state === 'refused' ? 'Not allowed: download it' : 'Copy the text')}
        </span>
      </button>
      <button type="button" onClick={() => download(`${nameOf(text())}.cho`, text())}>
        <Icon name="export" /> {t('Download the text')}
      </button>
    </>
  );
}

/** Whatever may be wrong with the song, it has a name. */
function nameOf(text: string): string {
  try {
    return titleOf(text) ?? 'song';
  } catch {
    return 'song';
  }
}
