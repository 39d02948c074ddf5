/** Makes how one plays a song what it says for everybody, by its directives `{transpose}` and `{capo}`. */
import type { TextChange } from '../../index.ts';
import { parseKey, prefersFlats, transposedKey } from './chordpro/keys.ts';
import type { Song } from './chordpro/model.ts';
import { modulo } from './chordpro/notes.ts';
import { type HeaderLine, headerOf } from './header.ts';
import { type Setting, shiftOf } from './playing.ts';

/** The changes of a song's source; none where it says so already. */
export function changesForEveryone(source: string, song: Song, setting: Setting): TextChange[] {
  const header = headerOf(source);
  const named = (name: string) => header.filter((line) => line.name === name);
  const place = (named('title').at(-1) ?? header[0])?.to ?? 0;
  const changes: TextChange[] = [];

  const { capo = song.capo } = setting;
  if (capo !== song.capo) changes.push(...written(named('capo'), place, capo === 0 ? '' : `{capo: ${capo}}`));
  const shift = shiftOf(song, setting);
  if (shift % 12 !== 0) {
    const before = named('transpose').reduce((sum, { value }) => sum + (Number.parseInt(value, 10) || 0), 0);
    const semitones = modulo(before + shift + 5, 12) - 5;
    const line = semitones === 0 ? '' : `{transpose: ${semitones}${spellingOf(song, shift)}}`;
    changes.push(...written(named('transpose'), place, line));
  }
  return inOrder(changes);
}

/** With flats or with sharps, as the key that it is in then is written. */
function spellingOf({ key, notation }: Song, shift: number): 'f' | 's' {
  const moved = parseKey(transposedKey(key ?? 'C', shift, notation), notation);
  return moved && prefersFlats(moved) ? 'f' : 's';
}

/** One line in place of those that say it; where there is none, at a place. */
function written([first, ...others]: HeaderLine[], place: number, line: string): TextChange[] {
  const own = first ? { from: first.from, to: first.to } : { from: place, to: place };
  return [
    { ...own, insert: line === '' ? '' : `${line}\n` },
    ...others.map(({ from, to }) => ({ from, to, insert: '' })),
  ];
}

function inOrder(changes: TextChange[]): TextChange[] {
  const ordered: TextChange[] = [];
  for (const change of changes.toSorted((one, other) => one.from - other.from || one.to - other.to)) {
    const last = ordered.at(-1);
    // Two that are put at one place are one change.
    if (last && last.to === change.from && last.from === change.to) last.insert += change.insert;
    else ordered.push({ ...change });
  }
  return ordered;
}
