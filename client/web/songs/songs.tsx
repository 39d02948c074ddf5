import { type ReactElement, useState } from 'react';
import { Dialog } from '../parts/dialog.tsx';
import { Icon } from '../parts/icon.tsx';
import { basePath } from '../server.ts';
import { t } from '../texts/t.ts';
import { newId, type Visited, visited } from '../visit/visited.ts';
import { Bin } from './bin.tsx';
import { bin, putIntoBin } from './binned.ts';
import { Renaming } from './renaming.tsx';
import { ServerSongs } from './serverSongs.tsx';
import { SongList } from './songList.tsx';

/** From so many on they are searched. */
const many = 6;

/** What was open on this device, the way to new ones, and what was deleted. */
export function Songs({ onClose }: { onClose(): void }): ReactElement {
  const [songs, setSongs] = useState(() => visited.all());
  const [binned, setBinned] = useState(() => bin.all());
  const [words, setWords] = useState('');
  const look = () => {
    setSongs(visited.all());
    setBinned(bin.all());
  };
  const remove = (visit: Visited) => {
    visited.take(visit.path);
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
      <Bin items={binned} onChange={look} />
      <ServerSongs words={sought} onChange={look} />
    </Dialog>
  );
}
