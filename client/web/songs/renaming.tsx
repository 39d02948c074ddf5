import { type FormEvent, type ReactElement, useState } from 'react';
import { kindOf } from '../../../shared/rooms.ts';
import { useRoom } from '../../react/index.ts';
import { usePlace } from '../place.ts';
import { titleOf } from '../song/chordpro/plainText.ts';
import { renaming } from '../song/header.ts';
import { t } from '../texts/t.ts';

/** Gives the song that is open another title, for everybody. */
export function Renaming({ onDone }: { onDone(): void }): ReactElement | null {
  const { room } = usePlace();
  const { role, status } = useRoom();
  const isSong = kindOf(room.room_id) === 'song';
  const [title, setTitle] = useState(() => (isSong ? (titleOf(room.text.text) ?? '') : ''));
  if (!isSong || role === undefined || role === 'viewer' || status === 'removed') return null;

  function rename(event: FormEvent): void {
    event.preventDefault();
    room.text.boundary();
    room.text.edit(renaming(room.text.text, title));
    room.text.boundary();
    onDone();
  }

  return (
    <form className="renaming" onSubmit={rename}>
      <input
        aria-label={t('Title of this song')}
        placeholder={t('Title of this song')}
        maxLength={200}
        value={title}
        onChange={({ target }) => setTitle(target.value)}
      />
      <button type="submit" disabled={title.trim() === ''}>
        {t('Rename')}
      </button>
    </form>
  );
}
