import { type ReactElement, useRef, useState } from 'react';
import { useRoom } from '../../react/index.ts';
import { Dialog } from '../parts/dialog.tsx';
import { download } from '../parts/download.ts';
import { Icon } from '../parts/icon.tsx';
import { usePlace } from '../place.ts';
import { wordsFor } from '../texts/refusals.ts';
import { t } from '../texts/t.ts';
import { useArrived } from '../visit/entering.ts';
import { parseSong } from './chordpro/parser.ts';
import { titleOf, toLyrics } from './chordpro/plainText.ts';
import { fromLyrics } from './import/chordsOver.ts';
import { decoded } from './import/decode.ts';
import { playerOf, type Setting, shiftOf } from './playing.ts';

interface FilesProps {
  /** How the visitor plays it. */
  setting: Setting;
  onClose(): void;
}

/** Songs from files and into files. */
export function Files({ setting, onClose }: FilesProps): ReactElement {
  const { room } = usePlace();
  const { role, status } = useRoom();
  const hasArrived = useArrived();
  const picker = useRef<HTMLInputElement>(null);
  const [refusal, setRefusal] = useState<string>();
  const source = room.text.text;
  const name = titleOf(source) ?? 'song';

  async function bring(file: File | undefined): Promise<void> {
    if (!file) return;
    const bytes = await file.arrayBuffer().catch(() => undefined);
    const read = bytes ? decoded(new Uint8Array(bytes)) : { refusal: 'This file can not be read.' as const };
    if ('refusal' in read) {
      setRefusal(t(read.refusal));
      return;
    }
    try {
      // As one edit: the next undo takes it back.
      room.text.boundary();
      room.text.edit([{ from: 0, to: room.text.text.length, insert: fromLyrics(read.text) }]);
      room.text.boundary();
    } catch (error) {
      setRefusal(wordsFor(error));
      return;
    }
    onClose();
  }

  return (
    <Dialog title={t('Import and export')} onClose={onClose}>
      <p>
        {t(
          'A file replaces the song, for everybody; undo brings it back. Plain lyrics with chords above them become ChordPro.',
        )}
      </p>
      <input
        ref={picker}
        type="file"
        hidden
        aria-label={t('A song to import')}
        accept=".cho,.crd,.chopro,.chordpro,.pro,.onsong,.txt,text/plain"
        onChange={({ target }) => {
          setRefusal(undefined);
          void bring(target.files?.[0]);
          // So that the same file can be chosen again.
          target.value = '';
        }}
      />
      {refusal !== undefined && (
        <p className="refusal" role="alert">
          {`${refusal} ${t('Nothing was replaced.')}`}
        </p>
      )}
      <div className="choices">
        <button
          type="button"
          disabled={!hasArrived || role === 'viewer' || status === 'removed'}
          onClick={() => picker.current?.click()}
        >
          <Icon name="import" /> {t('Import a file')}
        </button>
        <button type="button" disabled={!hasArrived} onClick={() => download(`${name}.cho`, source)}>
          <Icon name="export" /> {t('Export ChordPro')}
        </button>
        <button
          type="button"
          disabled={!hasArrived}
          onClick={() =>
            download(
              `${name}.txt`,
              toLyrics(parseSong(source), (song) => playerOf(song, shiftOf(song, setting))),
            )
          }
        >
          <Icon name="export" /> {t('Export lyrics with chords')}
        </button>
      </div>
    </Dialog>
  );
}
