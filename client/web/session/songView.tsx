import { type ReactElement, useEffect, useRef } from 'react';
import type { Excerpt } from '../song/excerpt.ts';
import { Paper } from '../song/paper.tsx';
import { Sheet } from '../song/sheet.tsx';
import { keptSetting } from '../song/useSetting.ts';
import { songAt } from '../songs/songAt.ts';

interface SongViewProps {
  path: string;
  source: string;
  excerpt: Excerpt;
  /** How much of it is played, from 0 to 1. */
  played: number;
}

/** How far down the sheet one reads, of its height. */
const readAt = 0.35;

/** A song that the session plays, as far as all have come, in the key that the visitor plays it in. */
export function SongView({ path, source, excerpt, played }: SongViewProps): ReactElement {
  const box = useRef<HTMLDivElement>(null);
  const setting = keptSetting(songAt(path)?.room_id ?? 'song:');
  useEffect(() => {
    const { scrollHeight = 0, clientHeight = 0 } = box.current ?? {};
    box.current?.scrollTo({ top: played * scrollHeight - clientHeight * readAt, behavior: 'instant' });
  }, [played]);
  return (
    <div className="played-song">
      <Paper source={source} size={setting.size} box={box}>
        <Sheet song={excerpt.song} isWhole={excerpt.isWhole} setting={setting} readers={nobody} onLine={nothing} />
      </Paper>
    </div>
  );
}

const nobody = new Map<number, never[]>();

function nothing(): void {}
