import { type ReactElement, useState } from 'react';
import { Icon } from '../parts/icon.tsx';
import { usePlace } from '../place.ts';
import { basePath } from '../server.ts';
import { songAt } from '../songs/songAt.ts';
import { t } from '../texts/t.ts';
import { visited } from '../visit/visited.ts';
import { addSong, setlists } from './setlist.ts';

/** How many are shown at once. */
const most = 30;

/** Songs that were open on this device, to be put into the set list. */
export function AddSong(): ReactElement {
  const setlist = usePlace().room.document(setlists);
  const [words, setWords] = useState('');
  const songs = visited
    .all()
    .filter(({ path }) => path.startsWith(`${basePath}/song/`))
    .map((song) => ({ ...song, path: song.path.slice(basePath.length) }))
    .filter(({ path, title }) => songAt(path) && title.toLowerCase().includes(words.trim().toLowerCase()));
  return (
    <section className="adding" aria-label={t('Add a song')}>
      <h2>{t('Add a song')}</h2>
      <input
        type="search"
        aria-label={t('Search your songs')}
        placeholder={t('Search your songs')}
        value={words}
        onChange={({ target }) => setWords(target.value)}
      />
      {songs.length === 0 && <p className="note">{t('Songs that you have opened on this device are found here.')}</p>}
      <div className="choices">
        {songs.slice(0, most).map(({ path, title }) => (
          <button key={path} type="button" onClick={() => addSong(setlist, { path, title })}>
            <Icon name="more" /> {title}
          </button>
        ))}
      </div>
    </section>
  );
}
