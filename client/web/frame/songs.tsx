import { type ReactElement, useState } from 'react';
import { Dialog } from '../parts/dialog.tsx';
import { Icon } from '../parts/icon.tsx';
import { basePath } from '../server.ts';
import { Bin } from '../songs/bin.tsx';
import { binned, putIntoBin } from '../songs/binned.ts';
import { Renaming } from '../songs/renaming.tsx';
import { ServerSongs } from '../songs/serverSongs.tsx';
import { SongList } from '../songs/songList.tsx';
import { t } from '../texts/t.ts';
import { forgetVisited, newId, type Visited, visited } from '../visit/songs.ts';

/** From so many on they are searched. */
const many = 6;

/** What was open on this device, the way to new ones, and what was deleted. */
export function Songs({ onClose }: { onClose(): void }): ReactElement {
  const [songs, setSongs] = useState(visited);
  const [bin, setBin] = useState(() => binned());
  const [words, setWords] = useState('');
  const look = () => {
    setSongs(visited());
    setBin(binned());
  };
  const remove = (visit: Visited) => {
    forgetVisited(visit.path);
    putIntoBin(visit);
    look();
  };
  const sought = words.trim().toLowerCase();
  return (
    <Dialog title={t('Songs')} onClose={onClose}>
      <div className="choices">
        <a className="button primary" href={`${basePath}/song/${newId()}`}>
          <Icon name="more" /> {t('New song')}
        </a>
        <a className="button" href={`${basePath}/session/${newId()}`}>
          <Icon name="play" /> {t('New session')}
        </a>
        <a className="button" href={`${basePath}/setlist/${newId()}`}>
          <Icon name="list" /> {t('New set list')}
        </a>
      </div>
      <Renaming onDone={onClose} />
      {songs.length >= many && (
        <input
          type="search"
          aria-label={t('Search songs')}
          placeholder={t('Search')}
          value={words}
          onChange={({ target }) => setWords(target.value)}
        />
      )}
      <SongList
        items={songs.filter(({ title }) => title.toLowerCase().includes(sought))}
        label={t('Your songs')}
        actions={(song) => (
          <button
            type="button"
            className="round"
            aria-label={t('Delete {title}', { title: song.title })}
            onClick={() => remove(song)}
          >
            <Icon name="bin" />
          </button>
        )}
      />
      <Bin items={bin} onChange={look} />
      <ServerSongs words={sought} onChange={look} />
    </Dialog>
  );
}
