import type { ReactElement } from 'react';
import { RoundButton } from '../parts/roundButton.tsx';
import { Stepper } from '../parts/stepper.tsx';
import { usePlace } from '../place.ts';
import { basePath } from '../server.ts';
import { shownKey } from '../song/playing.ts';
import { t } from '../texts/t.ts';
import { setlists } from './setlist.ts';
import type { ListedSong } from './useSongs.ts';

interface SetlistRowProps {
  song: ListedSong;
  at: number;
  isLast: boolean;
  mayWrite: boolean;
  onPlay(): void;
}

/** A song of a set list: how it is played, and where it stands. */
export function SetlistRow({ song, at, isLast, mayWrite, onPlay }: SetlistRowProps): ReactElement {
  const setlist = usePlace().room.document(setlists);
  const { id, path, title, refusal } = song;
  const item = ['songs', id];
  const attempt = (done: Promise<number>) => void done.catch(() => {});
  const written = song.excerpt?.song;
  const capo = song.capo ?? written?.capo ?? 0;
  const key = written?.key
    ? shownKey(written.key, song.transpose + written.capo, written.notation)
    : signed(song.transpose);
  const byKey = (semitones: number) => attempt(setlist.update(item, { transpose: (song.transpose + semitones) % 12 }));
  const byCapo = (frets: number) => attempt(setlist.update(item, { capo: Math.min(11, Math.max(0, capo + frets)) }));
  return (
    <li>
      <span className="number">{at + 1}</span>
      <span className="title">
        <a href={basePath + path}>{title}</a>
        {refusal !== undefined && <small role="status">{refusal}</small>}
      </span>
      {mayWrite ? (
        <>
          <span className="playing">
            <Stepper label={t('Key')} value={key} onLess={() => byKey(-1)} onMore={() => byKey(1)} />
            <Stepper label={t('Capo')} value={String(capo)} onLess={() => byCapo(-1)} onMore={() => byCapo(1)} />
          </span>
          <span className="moving">
            <RoundButton
              icon="up"
              label={t('{title}: up', { title })}
              disabled={at === 0}
              onClick={() => attempt(setlist.move(item, at - 1))}
            />
            <RoundButton
              icon="down"
              label={t('{title}: down', { title })}
              disabled={isLast}
              onClick={() => attempt(setlist.move(item, at + 1))}
            />
            <RoundButton
              icon="close"
              label={t('Take {title} out', { title })}
              onClick={() => attempt(setlist.delete(item))}
            />
          </span>
        </>
      ) : (
        <span className="playing">
          {key}
          {capo > 0 && ` · ${t('Capo {fret}', { fret: capo })}`}
        </span>
      )}
      <RoundButton icon="play" label={t('Play {title}', { title })} onClick={onPlay} />
    </li>
  );
}

function signed(semitones: number): string {
  return semitones > 0 ? `+${semitones}` : String(semitones);
}
