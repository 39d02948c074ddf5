import { memo, type ReactElement, type ReactNode, useMemo, useRef } from 'react';
import { t } from '../texts/t.ts';
import { ChordDiagram } from './chordDiagram.tsx';
import { withSigns } from './chordpro/chords.ts';
import { chordsOf } from './chordpro/chordsOf.ts';
import type { Diagram } from './chordpro/diagrams.ts';
import { type Line, type Section, type Song, songsFrom } from './chordpro/model.ts';
import type { Player } from './chordpro/plainText.ts';
import { shapeOf } from './chordpro/shapes.ts';
import { useCopying } from './copying.ts';
import { factsOf, playerOf, type Setting, shiftOf, shownBy, shownKey } from './playing.ts';
import { lettersOfTab, longestWhole, printSize } from './printing.ts';
import { type Reader, SheetLine } from './sheetLine.tsx';
import { piecesOf, systemsOf } from './tablature.ts';

interface SheetProps {
  song: Song;
  /** Whether the song is all there; the sheet says where it is not. */
  isWhole: boolean;
  /** How the visitor reads it. */
  setting: Setting;
  /** By line of the source. */
  readers: ReadonlyMap<number, Reader[]>;
  onLine(line: number): void;
}

/** The songs of a source as they are read: chords over the words. */
export const Sheet = memo(function Sheet({ song, isWhole, setting, readers, onLine }: SheetProps): ReactElement {
  const songs = useMemo(() => songsFrom(song), [song]);
  const article = useRef<HTMLElement>(null);
  useCopying(article, songs, setting);
  // Whoever translates the page leaves the sheet as it is: chords belong to syllables.
  return (
    <article ref={article} className="sheet" aria-label={t('The song, set')} translate="no">
      {songs.map((each, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: songs have no other name, and what is in them has its own
        <SongSheet key={at} at={at} song={each} setting={setting} readers={readers} onLine={onLine} />
      ))}
      {!isWhole && (
        <p className="note">{t('The sheet ends here, for it would be too long. All of the song is in the editor.')}</p>
      )}
    </article>
  );
});

interface SongSheetProps extends Omit<SheetProps, 'isWhole'> {
  /** Which of the songs it is. */
  at: number;
}

function SongSheet({ at, song, setting, readers, onLine }: SongSheetProps): ReactElement {
  const { title, subtitles, sections, key, notation } = song;
  const { system, hasSyllables } = notation;
  const shift = shiftOf(song, setting);
  const play = useMemo(() => {
    const told = { key, notation: { system, hasSyllables } };
    return shownBy(playerOf(told, shift), told.notation);
  }, [key, system, hasSyllables, shift]);
  const keyOf = useMemo(
    () => (of: string | undefined) => shownKey(of ?? key ?? '', shift, { system, hasSyllables }),
    [key, system, hasSyllables, shift],
  );
  const facts = factsOf(song, setting);
  const { hasDiagrams } = setting;
  const diagrams = useMemo(() => {
    const defined = diagramsOf(song, shift, play);
    return hasDiagrams ? [...defined, ...usualDiagrams(song, shift, defined)] : defined;
  }, [song, shift, play, hasDiagrams]);
  const drawn = diagrams.length > 0 && (
    <div className="diagrams">
      {diagrams.map((diagram, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two may have one name
        <ChordDiagram key={place} diagram={diagram} />
      ))}
    </div>
  );
  return (
    <div className="song" style={printSize(song)}>
      <header>
        <h1 dir="auto">{title ?? t('Untitled')}</h1>
        {subtitles.map((subtitle, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two that are shortened may be the same
          <p key={place} className="subtitle" dir="auto">
            {subtitle}
          </p>
        ))}
        {facts.length > 0 && <p className="facts">{facts.join(' · ')}</p>}
      </header>
      {hasDiagrams && drawn}
      <div className="sections">
        {sections.map((section, place) => (
          <SheetSection
            // biome-ignore lint/suspicious/noArrayIndexKey: sections have no other name
            key={place}
            name={`${at} ${place}`}
            section={section}
            play={play}
            keyOf={keyOf}
            readers={readers}
            onLine={onLine}
          />
        ))}
      </div>
      {!hasDiagrams && drawn}
    </div>
  );
}

interface SheetSectionProps {
  /** Which it is of all, for what is copied. */
  name: string;
  section: Section;
  play: Player;
  keyOf(key: string | undefined): string;
  readers: ReadonlyMap<number, Reader[]>;
  onLine(line: number): void;
}

function SheetSection({ name, section, play, keyOf, readers, onLine }: SheetSectionProps): ReactElement {
  const { kind, label, lines } = section;
  const heading = label && <h2 dir="auto">{label}</h2>;
  const shown = lines.map((line, at) => (
    <SheetLine
      // biome-ignore lint/suspicious/noArrayIndexKey: several lines may come from one of the source
      key={at}
      name={`${name} ${at}`}
      line={line}
      play={play}
      keyOf={keyOf}
      readers={readers.get(line.at)}
      onLine={onLine}
    />
  ));
  const breaks = `${lines.length <= longestWhole ? ' whole' : ''}${section.break ? ` new-${section.break}` : ''}`;
  if (isForOthers(kind)) {
    return (
      <section className={`delegated${breaks}`}>
        <details>
          <summary>
            {lines.length === 1
              ? t('{what} (1 line for other programs)', { what: label ?? kind })
              : t('{what} ({count} lines for other programs)', { what: label ?? kind, count: lines.length })}
          </summary>
          {shown}
        </details>
      </section>
    );
  }
  return (
    <section className={`${knownKinds.includes(kind) ? kind : 'part'}${breaks}`}>
      {heading}
      {kind === 'tab'
        ? systemsOf(lines).map(([from, to]) => (
            <System key={from} lines={lines.slice(from, to)} shown={shown.slice(from, to)} />
          ))
        : shown}
    </section>
  );
}

/** Strings of a tablature that are played together. On paper, where they are too wide, they go on below. */
function System({ lines, shown }: { lines: Line[]; shown: ReactNode }): ReactElement {
  const pieces = piecesOf(lines, lettersOfTab);
  if (!pieces) return <div className="system">{shown}</div>;
  return (
    <>
      <div className="system unprinted">{shown}</div>
      {pieces.map((piece, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a piece is what it is by its place
        <pre key={at} className="system printed" aria-hidden="true">
          {piece}
        </pre>
      ))}
    </>
  );
}

/** Kinds that look like something; a song may name others as it likes. */
const knownKinds = ['verse', 'chorus', 'bridge', 'tab', 'grid', 'textblock', 'abc', 'ly'];

/** What only other programs can read; ABC and LilyPond are read by people, too. */
function isForOthers(kind: string): boolean {
  return kind === 'svg' || kind === 'musicxml';
}

/** Of chords that are moved, those that are still played. */
function diagramsOf(song: Song, shift: number, play: Player): Song['diagrams'] {
  const { diagrams, notation } = song;
  const named = diagrams.map((diagram) => ({
    ...diagram,
    name: diagram.isMovable ? play(diagram.name) : withSigns(diagram.name, notation),
  }));
  if (shift % 12 === 0 || named.length === 0) return named;
  const played = new Set(chordsOf(song).map((chord) => play(chord)));
  return named.filter(({ name }) => played.has(name));
}

/** Chords that are played, and that the song does not define: as guitarists usually play them. */
function usualDiagrams(song: Song, shift: number, defined: readonly Diagram[]): Diagram[] {
  const { notation } = song;
  const written = playerOf(song, shift);
  const known = new Set(defined.map(({ name }) => name));
  const usual: Diagram[] = [];
  for (const chord of chordsOf(song)) {
    const diagram = shapeOf(written(chord), notation);
    const name = diagram && withSigns(diagram.name, notation);
    if (!name || known.has(name)) continue;
    known.add(name);
    usual.push({ ...diagram, name });
  }
  return usual.slice(0, mostUsual);
}

/** More than a hand knows. */
const mostUsual = 40;
