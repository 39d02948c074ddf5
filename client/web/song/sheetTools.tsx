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
  /** Makes the key and the capo everybody's; undefined where that is not for the visitor. */
  onForEveryone: (() => void) | undefined;
  onStage(): void;
  /** Whether the source is beside the sheet, and how to have it there; undefined where it is anyway. */
  hasSource?: boolean;
  onSource?(wanted: boolean): void;
}

export function SheetTools({
  song,
  setting,
  onSetting,
  onForEveryone,
  onStage,
  hasSource,
  onSource,
}: SheetToolsProps): ReactElement {
  const { transpose, size, hasDiagrams } = setting;
  const capo = setting.capo ?? song.capo;
  const by = (semitones: number) => onSetting({ ...setting, transpose: (transpose + semitones) % 12 });
  const toCapo = (fret: number) => onSetting({ ...setting, capo: Math.min(11, Math.max(0, fret)) });
  const toSize = (percent: number) => onSetting({ ...setting, size: Math.min(200, Math.max(70, percent)) });
  const isOwn = transpose !== 0 || capo !== song.capo;
  const sounding = song.key ? shownKey(song.key, transpose + song.capo, song.notation) : signed(transpose);
  return (
    <div className="tools" role="toolbar" aria-label={t('The sheet')}>
      <Stepper label={t('Key')} value={sounding} onLess={() => by(-1)} onMore={() => by(1)} />
      <Stepper label={t('Capo')} value={String(capo)} onLess={() => toCapo(capo - 1)} onMore={() => toCapo(capo + 1)} />
      <Stepper label={t('Size')} value={`${size}%`} onLess={() => toSize(size - 10)} onMore={() => toSize(size + 10)} />
      {isOwn && (
        <span className="own-playing">
          {onForEveryone && (
            <button type="button" className="quiet" onClick={onForEveryone}>
              {t('For everyone')}
            </button>
          )}
          <button
            type="button"
            className="quiet"
            onClick={() => onSetting({ ...setting, transpose: 0, capo: undefined })}
          >
            {t('As written')}
          </button>
        </span>
      )}
      <button
        type="button"
        className="quiet"
        aria-label={t('Chords')}
        aria-pressed={hasDiagrams}
        onClick={() => onSetting({ ...setting, hasDiagrams: !hasDiagrams })}
      >
        <Icon name="diagram" />
        <span>{t('Chords')}</span>
      </button>
      {onSource && (
        <button
          type="button"
          className="quiet source"
          aria-label={t('Source')}
          aria-pressed={hasSource}
          onClick={() => onSource(!hasSource)}
        >
          <Icon name="pen" />
          <span>{t('Source')}</span>
        </button>
      )}
      <button type="button" className="quiet" aria-label={t('Stage')} onClick={onStage}>
        <Icon name="stage" />
        <span>{t('Stage')}</span>
      </button>
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
