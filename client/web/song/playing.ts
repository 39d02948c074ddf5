/** How a visitor wants to read a song, and its chords as they are to be played then. */

import { t } from '../texts/t.ts';
import { withSigns } from './chordpro/chords.ts';
import { keyWithSigns, transposedKey } from './chordpro/keys.ts';
import type { Song } from './chordpro/model.ts';
import type { Player } from './chordpro/plainText.ts';
import { transposer } from './chordpro/transposing.ts';

/** How a visitor wants to read the song; nobody else's sheet changes. */
export interface Setting {
  /** Semitones up from what is written. */
  transpose: number;
  /** The fret; undefined: as the song says. */
  capo: number | undefined;
  /** Of the letters, in percent. */
  size: number;
  /** Whether all chords are drawn, also those that the song does not define. */
  hasDiagrams: boolean;
  /** Of what scrolls by itself, in percent of what the song's tempo asks for. */
  speed: number;
}

export const plainSetting: Setting = { transpose: 0, capo: undefined, size: 100, hasDiagrams: false, speed: 100 };

/** Semitones from the chords as they are written to those that are played. */
export function shiftOf({ capo: written }: Pick<Song, 'capo'>, { transpose, capo = written }: Setting): number {
  return transpose + written - capo;
}

/** A song's chords moved by semitones; each key that it is in moves by itself. */
export function playerOf({ key, notation }: Pick<Song, 'key' | 'notation'>, shift: number): Player {
  const players = new Map<string | undefined, (cell: string) => string>();
  return (cell, keyThere = key) => {
    let play = players.get(keyThere);
    if (!play) {
      play = transposer(keyThere, shift, notation);
      players.set(keyThere, play);
    }
    return play(cell);
  };
}

/** The same as it is shown, with the signs of musicians. Songs repeat their chords: each is looked at once. */
export function shownBy(play: Player, notation: Song['notation']): Player {
  const shown = new Map<string, string>();
  return (cell, key) => {
    const name = `${key ?? ''}\n${cell}`;
    let found = shown.get(name);
    if (found === undefined) {
      found = withSigns(play(cell, key), notation);
      shown.set(name, found);
    }
    return found;
  };
}

/** A key as it is shown, so many semitones above what is written. */
export function shownKey(key: string, semitones: number, notation: Song['notation']): string {
  return keyWithSigns(transposedKey(key, semitones, notation), notation);
}

/** What is said of the song below its title. */
export function factsOf(song: Song, setting: Setting): string[] {
  const { key, notation, facts } = song;
  const capo = setting.capo ?? song.capo;
  const shown = key && shownKey(key, shiftOf(song, setting), notation);
  return [
    ...(shown ? [t('Key of {key}', { key: shown })] : []),
    ...(capo > 0 ? [t('Capo {fret}', { fret: capo })] : []),
    ...facts,
  ];
}
