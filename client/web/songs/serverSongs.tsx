import { type ReactElement, useEffect, useState } from 'react';
import { Icon } from '../parts/icon.tsx';
import { usePlace } from '../place.ts';
import { readable } from '../readable.ts';
import { basePath } from '../server.ts';
import { wordsFor } from '../texts/refusals.ts';
import { t } from '../texts/t.ts';
import { putIntoBin } from './binned.ts';
import { fetchSong } from './fetchSong.ts';
import { deleteRoom, fetchRooms, isAdministrator, type KeptRoom } from './onServer.ts';
import { SongList } from './songList.tsx';

interface ServerSongsProps {
  /** What is searched for, in small letters. */
  words: string;
  /** Called when something has gone into the bin. */
  onChange(): void;
}

/** For administrators: all that the server keeps and the page can show, and deleting it for everybody. */
export function ServerSongs({ words, onChange }: ServerSongsProps): ReactElement | null {
  const { visitor } = usePlace();
  const [rooms, setRooms] = useState<KeptRoom[]>();
  const [hasMore, setMore] = useState(false);
  const [trouble, setTrouble] = useState<string>();

  async function attempt(done: Promise<unknown>): Promise<void> {
    await done.then(
      () => setTrouble(undefined),
      (error: unknown) => setTrouble(wordsFor(error)),
    );
  }
  async function more(known: KeptRoom[]): Promise<void> {
    const page = await fetchRooms(visitor, known.at(-1)?.room_id);
    setRooms([...known, ...page.rooms]);
    setMore(page.more);
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: once
  useEffect(() => {
    void isAdministrator(visitor).then((isOne) => (isOne ? attempt(more([])) : undefined));
  }, [visitor]);

  if (!rooms) return null;
  const items = rooms.flatMap(({ room_id, timestamp }) => {
    const [, kind, id = ''] = /^(song|session|setlist):(.+)$/.exec(room_id) ?? [];
    if (kind === undefined || !id.toLowerCase().includes(words)) return [];
    return [{ room_id, path: `${basePath}/${kind}/${id}`, title: readable(id), at: timestamp }];
  });
  async function remove({ room_id, ...visit }: (typeof items)[number]): Promise<void> {
    const text = await fetchSong(room_id, visitor);
    // Before it is gone. Without what was in it, nothing would come back.
    if (text !== '') putIntoBin(visit, text);
    await deleteRoom(visitor, room_id);
    setRooms((before) => before?.filter((room) => room.room_id !== room_id));
    onChange();
  }
  return (
    <details className="bin">
      <summary>{t('All on this server')}</summary>
      {trouble !== undefined && (
        <p className="note" role="alert">
          {trouble}
        </p>
      )}
      <SongList
        items={items}
        label={t('All on this server')}
        actions={(item) => (
          <button
            type="button"
            className="round"
            aria-label={t('Delete {title} for everybody', { title: item.title })}
            onClick={() => void attempt(remove(item))}
          >
            <Icon name="bin" />
          </button>
        )}
      />
      {hasMore && (
        <button type="button" onClick={() => void attempt(more(rooms))}>
          {t('More')}
        </button>
      )}
    </details>
  );
}
