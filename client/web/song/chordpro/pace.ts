/** How fast a song goes. */
import type { Pace, Song } from './model.ts';

/** As songs say it: `{tempo: 96}`, `{time: 3/4}`, `{duration: 3:30}`. What is no such thing, none has said. */
export function paceOf(said: (name: string) => string | undefined): Pace {
  const tempo = Number.parseFloat(said('tempo') ?? '');
  const beats = Number.parseInt(said('time') ?? '', 10);
  const [, minutes = 0, seconds] = /^(?:(\d{1,3}):)?(\d{1,5})$/.exec(said('duration') ?? '') ?? [];
  return {
    ...(tempo >= 20 && tempo <= 400 && { tempo }),
    ...(beats >= 1 && beats <= 16 && { beats }),
    ...(Number(seconds) > 0 && { duration: Number(minutes) * 60 + Number(seconds) }),
  };
}

/** A usual tempo, where a song says none. */
export const usualTempo = 100;
/** How many bars are sung to a line, and played to a line of a grid. */
const barsOfLine = 2;
const barsOfGrid = 4;

/** How long a song takes, in seconds: as it says, or by its tempo and its lines. */
export function secondsOf({ sections, pace = {} }: Song): number {
  const { tempo = usualTempo, beats = 4, duration } = pace;
  if (duration !== undefined) return duration;
  const bars = sections
    .flatMap(({ lines }) => lines)
    .reduce((sum, { kind }) => sum + (kind === 'grid' ? barsOfGrid : kind === 'lyrics' ? barsOfLine : 0), 0);
  return Math.max(10, (bars * beats * 60) / tempo);
}
