import { type ReactElement, useState } from 'react';
import { usePlace } from '../place.ts';
import { excerptOf } from '../song/excerpt.ts';
import type { Setting } from '../song/playing.ts';
import { useSetting } from '../song/useSetting.ts';
import { Stage } from '../stage/stage.tsx';
import { t } from '../texts/t.ts';
import type { ListedSong } from './useSongs.ts';

interface SetlistStageProps {
  songs: readonly ListedSong[];
  /** Which of them is played. */
  playing: string;
  onSong(id: string): void;
  onClose(): void;
}

/** The songs of a set list on stage, one after the other, in the key that the list has for each. */
export function SetlistStage({ songs, playing, onSong, onClose }: SetlistStageProps): ReactElement | null {
  const { room } = usePlace();
  const [own, setOwn] = useSetting(room.room_id);
  const found = songs.findIndex(({ id }) => id === playing);
  // Where it is taken out while it is played, what stood behind it is played on.
  const [last, setLast] = useState(found);
  if (found >= 0 && found !== last) setLast(found);
  const at = found >= 0 ? found : Math.min(last, songs.length - 1);
  const song = songs[at];
  if (!song) return null;
  const { id, title, source, transpose, capo, refusal } = song;
  const setting: Setting = { ...own, transpose, capo };
  const excerpt = song.excerpt ?? excerptOf(refusal ?? '');
  return (
    <Stage
      title={title}
      source={source}
      excerpt={excerpt}
      setting={setting}
      onSetting={({ size, speed }) => setOwn({ ...own, size, speed })}
      list={{
        song: id,
        place: t('{at} of {count}', { at: at + 1, count: songs.length }),
        onSong,
        next: songs[at + 1]?.id,
        previous: songs[at - 1]?.id,
      }}
      onClose={onClose}
    />
  );
}
