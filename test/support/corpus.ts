import { type Line, songsFrom } from '../../client/web/song/chordpro/model.ts';
import { type Finding, parseSong } from '../../client/web/song/chordpro/parser.ts';
import { toLyrics } from '../../client/web/song/chordpro/plainText.ts';
import { fromLyrics } from '../../client/web/song/import/chordsOver.ts';
import { decoded } from '../../client/web/song/import/decode.ts';
import { sheetMarkup } from './sheetText.ts';

/** What came of one file. */
export interface Reading {
  songs: number;
  lines: number;
  chords: number;
  directives: number;
  /** What it took to read and to render it, twice. */
  milliseconds: number;
  findings: Finding[];
  /** Why it was not imported. */
  refusal?: string;
  /** Why it could not be rendered. */
  failure?: string;
}

/** A file as an import reads it and the page renders it, in its own key and in another. */
export function readSong(bytes: Uint8Array): Reading {
  const reading: Reading = { songs: 0, lines: 0, chords: 0, directives: 0, milliseconds: 0, findings: [] };
  const file = decoded(bytes);
  if ('refusal' in file) return { ...reading, refusal: file.refusal };
  const began = performance.now();
  try {
    const source = fromLyrics(file.text);
    const song = parseSong(source, { onFinding: (finding) => reading.findings.push(finding) });
    for (const transpose of [0, 3]) sheetMarkup(source, { transpose });
    toLyrics(song);
    const songs = songsFrom(song);
    const lines = songs.flatMap(({ sections }) => sections.flatMap((section) => section.lines));
    return {
      ...reading,
      songs: songs.length,
      lines: lines.length,
      chords: lines.reduce((sum, line) => sum + chordsOf(line), 0),
      directives: source.match(/^\s*\{\w/gm)?.length ?? 0,
      milliseconds: performance.now() - began,
    };
  } catch (error) {
    return { ...reading, failure: String(error) };
  }
}

function chordsOf(line: Line): number {
  if (line.kind === 'grid') return line.tokens.filter(({ kind }) => kind === 'chord').length;
  if (line.kind !== 'lyrics' && line.kind !== 'comment') return 0;
  return line.parts?.filter(({ chord }) => chord).length ?? 0;
}
