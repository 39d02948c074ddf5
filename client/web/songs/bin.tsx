import { type ReactElement, useState } from 'react';
import { Icon } from '../parts/icon.tsx';
import { usePlace } from '../place.ts';
import { wordsFor } from '../texts/refusals.ts';
import { t } from '../texts/t.ts';
import { beginSong } from '../visit/keeping.ts';
import { type Binned, bin, putBack } from './binned.ts';
import { SongList } from './songList.tsx';

interface BinProps {
  items: readonly Binned[];
  /** Called when something has left it. */
  onChange(): void;
}

/** What was deleted in the last thirty days, and the way back. */
export function Bin({ items, onChange }: BinProps): ReactElement | null {
  const { client } = usePlace();
  const [trouble, setTrouble] = useState<string>();
  /** What is on its way back: a song that is begun anew waits for the server. */
  const [going, setGoing] = useState<string>();

  /** A song that is on the server no more is begun anew with what was in it. */
  async function bringBack(item: Binned): Promise<void> {
    setGoing(item.path);
    try {
      const path = item.text === undefined ? item.path : await beginSong(client, item.text);
      bin.take(item.path);
      putBack({ ...item, path });
      setTrouble(undefined);
    } catch (error) {
      setTrouble(wordsFor(error));
    }
    setGoing(undefined);
    onChange();
  }

  if (items.length === 0) return null;
  return (
    <details className="bin">
      <summary>{t('Bin ({count})', { count: items.length })}</summary>
      <p className="note" role="status">
        {trouble ?? t('What is in it goes by itself after 30 days.')}
      </p>
      <SongList
        items={items}
        label={t('Bin')}
        actions={(item) => (
          <>
            <button
              type="button"
              aria-label={t('Put back {title}', { title: item.title })}
              disabled={item.path === going}
              onClick={() => void bringBack(item)}
            >
              {t('Put back')}
            </button>
            <button
              type="button"
              className="round"
              aria-label={t('Forget {title}', { title: item.title })}
              onClick={() => {
                bin.take(item.path);
                onChange();
              }}
            >
              <Icon name="close" />
            </button>
          </>
        )}
      />
    </details>
  );
}
