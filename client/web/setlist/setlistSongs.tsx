import { type ReactElement, useState } from 'react';
import { useBoard, useRoom } from '../../react/index.ts';
import { Icon } from '../parts/icon.tsx';
import { RoundButton } from '../parts/roundButton.tsx';
import { usePlace } from '../place.ts';
import { fillScreen } from '../stage/useFullScreen.ts';
import { t } from '../texts/t.ts';
import { AddSong } from './addSong.tsx';
import { longestTitle, mostSongs, setlists, titleOf } from './setlist.ts';
import { SetlistRow } from './setlistRow.tsx';
import { SetlistStage } from './setlistStage.tsx';
import { useSongs } from './useSongs.ts';

/** Songs in order, each with its key and capo, the same for all; played on stage from here. */
export function SetlistSongs(): ReactElement {
  const setlist = usePlace().room.document(setlists);
  const { role, status } = useRoom();
  const { selected: named = '', canUndo, canRedo } = useBoard(setlists, titleOf);
  const songs = useSongs();
  /** The song that is played. */
  const [playing, setPlaying] = useState<string>();
  const mayWrite = role !== undefined && role !== 'viewer' && status !== 'removed';
  const play = (id: string) => void fillScreen().finally(() => setPlaying(id));

  return (
    <>
      <section className="list" aria-label={t('Songs')}>
        <div className="head">
          {mayWrite ? (
            <input
              className="name"
              aria-label={t('What the set list is called')}
              placeholder={t('A new set list')}
              maxLength={longestTitle}
              value={named}
              onChange={({ target }) => void setlist.update([], { title: target.value }).catch(() => {})}
            />
          ) : (
            <h1>{named || t('A new set list')}</h1>
          )}
          {mayWrite && (
            <>
              <RoundButton icon="undo" label={t('Undo')} disabled={!canUndo} onClick={() => setlist.undo()} />
              <RoundButton icon="redo" label={t('Redo')} disabled={!canRedo} onClick={() => setlist.redo()} />
            </>
          )}
          <button
            type="button"
            className="primary"
            disabled={songs.length === 0}
            onClick={() => songs[0] && play(songs[0].id)}
          >
            <Icon name="stage" /> {t('Play')}
          </button>
        </div>
        {songs.length === 0 && <p className="note">{t('No song is in it yet.')}</p>}
        <ol>
          {songs.map((song, at) => (
            <SetlistRow
              key={song.id}
              song={song}
              at={at}
              isLast={at === songs.length - 1}
              mayWrite={mayWrite}
              onPlay={() => play(song.id)}
            />
          ))}
        </ol>
      </section>
      {mayWrite && songs.length < mostSongs && <AddSong />}
      {playing !== undefined && (
        <SetlistStage songs={songs} playing={playing} onSong={setPlaying} onClose={() => setPlaying(undefined)} />
      )}
    </>
  );
}
