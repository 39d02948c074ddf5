import { type FormEvent, type ReactElement, useState } from 'react';
import { Refusal } from '../../../shared/refusals.ts';
import { useSession } from '../../react/index.ts';
import { Icon } from '../parts/icon.tsx';
import { usePlace } from '../place.ts';
import { readable } from '../readable.ts';
import { basePath } from '../server.ts';
import { secondsOf } from '../song/chordpro/pace.ts';
import { parseSong } from '../song/chordpro/parser.ts';
import { fetchSong } from '../songs/fetchSong.ts';
import { songAt } from '../songs/songAt.ts';
import { t } from '../texts/t.ts';
import { pageOf } from '../visit/keptPages.ts';
import { visited } from '../visit/visited.ts';
import { addressIn, durationAt, isAddress, longestId, trackOfPage } from './tracks.ts';
import { tunes } from './tunes.ts';

interface AddingProps {
  attempt(command: Promise<unknown>): void;
}

/** How many songs are offered at once. */
const most = 20;

/** What can be added to the queue: tunes that the page knows, songs of the band's, and what is at an address. */
export function Adding({ attempt }: AddingProps): ReactElement {
  const { visitor, room } = usePlace();
  const { session } = room;
  const { queue, playback } = useSession();
  // By whatever invitation, it is the same song.
  const taken = [playback.track_id ?? '', ...queue.map(({ track_id }) => track_id)].map(pageOf);
  const isFree = (id: string) => !taken.includes(pageOf(id));
  const free = tunes.filter(({ id }) => isFree(id));
  const songs = visited.all().flatMap(({ path, title }) => {
    const page = path.startsWith(`${basePath}/song/`) ? path.slice(basePath.length) : '';
    const id = trackOfPage(page);
    return id !== undefined && isFree(id) ? [{ id, title, page }] : [];
  });

  async function addSong(track_id: string, { title, page }: { title: string; page: string }): Promise<void> {
    const { room_id = track_id, invitation } = songAt(page) ?? {};
    const text = await fetchSong(room_id, visitor, invitation);
    await session.add({ track_id, title, duration_ms: Math.round(secondsOf(parseSong(text)) * 1000) });
  }

  return (
    <>
      {free.length > 0 && (
        <>
          <h2>{t('Add a tune')}</h2>
          <div className="choices">
            {free.map(({ id, title, duration }) => (
              <button
                key={id}
                type="button"
                onClick={() => attempt(session.add({ track_id: id, title, duration_ms: duration }))}
              >
                <Icon name="more" /> {title}
              </button>
            ))}
          </div>
        </>
      )}
      {songs.length > 0 && (
        <>
          <h2>{t('Add a song of yours')}</h2>
          <div className="choices">
            {songs.slice(0, most).map(({ id, title, page }) => (
              <button
                key={id}
                type="button"
                aria-label={t('Add the song {title}', { title })}
                onClick={() => attempt(addSong(id, { title, page }))}
              >
                <Icon name="note" /> {title}
              </button>
            ))}
          </div>
        </>
      )}
      <AddLink attempt={attempt} />
    </>
  );
}

/** Something to listen to, wherever it is; what is none is opened by who wants to. */
function AddLink({ attempt }: AddingProps): ReactElement {
  const { session } = usePlace().room;
  const [address, setAddress] = useState('');
  const [isAdding, setAdding] = useState(false);

  async function add(track_id: string): Promise<void> {
    const duration_ms = await durationAt(track_id);
    const { hostname, pathname } = new URL(track_id);
    const title = `${hostname.replace(/^www\./, '')} ${readable(pathname.split('/').at(-1) ?? '')}`.trim();
    await session.add({ track_id, title, ...(duration_ms !== undefined && { duration_ms }) });
    setAddress('');
  }

  function submit(event: FormEvent): void {
    event.preventDefault();
    const track_id = addressIn(address);
    if (!isAddress(track_id)) {
      attempt(Promise.reject(new Refusal('too_large', track_id)));
      return;
    }
    setAdding(true);
    attempt(add(track_id).finally(() => setAdding(false)));
  }

  return (
    <>
      <h2>{t('Add a link')}</h2>
      <form className="link" onSubmit={submit}>
        <input
          type="url"
          aria-label={t('Address')}
          placeholder="https://…"
          title={t('It begins with https://')}
          required
          pattern="https://.+"
          maxLength={longestId}
          value={address}
          readOnly={isAdding}
          onChange={({ target }) => setAddress(target.value)}
        />
        <button type="submit" disabled={isAdding}>
          {t('Add')}
        </button>
      </form>
    </>
  );
}
