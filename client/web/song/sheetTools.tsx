import type { ReactElement } from 'react';
import { Icon } from '../parts/icon.tsx';
import { Stepper } from '../parts/stepper.tsx';
import { t } from '../texts/t.ts';
import type { Song } from './chordpro/model.ts';
import { type Setting, shownKey } from './playing.ts';

interface SheetToolsProps {
  song: Song;
  setting: Setting;
  onSetting(setting: Setting): void;
}

export function SheetTools({ song, setting, onSetting }: SheetToolsProps): ReactElement {
  const { transpose, size } = setting;
  const capo = setting.capo ?? song.capo;
  const by = (semitones: number) => onSetting({ ...setting, transpose: (transpose + semitones) % 12 });
  const toCapo = (fret: number) => onSetting({ ...setting, capo: Math.min(11, Math.max(0, fret)) });
  const toSize = (percent: number) => onSetting({ ...setting, size: Math.min(200, Math.max(70, percent)) });
  const sounding = song.key ? shownKey(song.key, transpose + song.capo, song.notation) : signed(transpose);
  return (
    <div className="tools" role="toolbar" aria-label={t('The sheet')}>
      <Stepper label={t('Key')} value={sounding} onLess={() => by(-1)} onMore={() => by(1)} />
      <Stepper label={t('Capo')} value={String(capo)} onLess={() => toCapo(capo - 1)} onMore={() => toCapo(capo + 1)} />
      <Stepper label={t('Size')} value={`${size}%`} onLess={() => toSize(size - 10)} onMore={() => toSize(size + 10)} />
      <button type="button" className="quiet" aria-label={t('Print')} onClick={() => print()}>
        <Icon name="print" />
        <span>{t('Print')}</span>
      </button>
    </div>
  );
}

function signed(semitones: number): string {
  return semitones > 0 ? `+${semitones}` : String(semitones);
}
