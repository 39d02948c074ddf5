import { memo, type ReactElement } from 'react';
import { withSigns } from './chord.ts';
import type { Line, Part, Section, Song } from './chordpro.ts';
import { wordsOf } from './words.ts';

/** Someone whose cursor is in a line of the song. */
export interface Reader {
  client_id: string;
  name: string;
  color: string;
}

interface SheetProps {
  song: Song;
  /** Whether the song is all there; the sheet says where it is not. */
  isWhole: boolean;
  /** A chord as it is to be played. */
  chordOf(chord: string): string;
  /** What is said below the title: the key, the capo and the like. */
  facts: string[];
  /** By line of the source. */
  readers: ReadonlyMap<number, Reader[]>;
  onLine(line: number): void;
}

/** The song as it is read: chords over the words. */
export const Sheet = memo(function Sheet(props: SheetProps): ReactElement {
  const { song, isWhole, chordOf, facts, readers, onLine } = props;
  const { title, subtitles, sections } = song;
  let at = 0;
  return (
    <article className="sheet" aria-label="The song, set" style={printSize(sections)}>
      <header>
        <h1>{title ?? 'Untitled'}</h1>
        {subtitles.map((subtitle) => (
          <p key={at++} className="subtitle">
            {subtitle}
          </p>
        ))}
        <p className="facts">{facts.join(' · ')}</p>
      </header>
      <div className="sections">
        {sections.map(({ kind, label, lines }) => (
          <section key={at++} className={kind}>
            {label && <h2>{label}</h2>}
            {lines.map((line) => (
              <SheetLine key={line.at} line={line} chordOf={chordOf} readers={readers.get(line.at)} onLine={onLine} />
            ))}
          </section>
        ))}
      </div>
      {!isWhole && (
        <p className="note">The sheet ends here, for it would be too long. All of the song is in the editor.</p>
      )}
    </article>
  );
});

interface SheetLineProps {
  line: Line;
  chordOf(chord: string): string;
  readers: Reader[] | undefined;
  onLine(line: number): void;
}

/**
 * A click brings the editor there; its own keys do the same for who has no mouse. Each edit reads the song anew: lines
 * that say the same stay as they are.
 */
const SheetLine = memo(function SheetLine({ line, chordOf, readers, onLine }: SheetLineProps): ReactElement {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a shortcut for the mouse
    // biome-ignore lint/a11y/useKeyWithClickEvents: a shortcut for the mouse
    <div className={`line ${line.kind}`} data-line={line.at} onClick={() => onLine(line.at)}>
      {readers && (
        <span className="readers" aria-hidden="true">
          {readers.map(({ client_id, name, color }) => (
            <i key={client_id} title={name} style={{ background: color }} />
          ))}
        </span>
      )}
      {line.kind === 'lyrics' ? <Words parts={line.parts} chordOf={chordOf} /> : line.text}
    </div>
  );
}, isSame);

function isSame(one: SheetLineProps, other: SheetLineProps): boolean {
  return (
    one.chordOf === other.chordOf &&
    one.readers === other.readers &&
    one.onLine === other.onLine &&
    JSON.stringify(one.line) === JSON.stringify(other.line)
  );
}

function Words({ parts, chordOf }: { parts: Part[]; chordOf(chord: string): string }): ReactElement[] {
  let at = 0;
  return wordsOf(parts).map((word) => (
    <span key={at++} className="word">
      {word.map(({ chord, text }) =>
        chord === undefined ? (
          text
        ) : (
          <span key={at++} className="piece">
            <b className="chord">{withSigns(chordOf(chord))}</b>
            <span>{text || ' '}</span>
          </span>
        ),
      )}
    </span>
  ));
}

/** Rows that a page of print has room for at the usual size, in one column. */
const rowsOnPage = 46;

/** How large the song is to be, and in how many columns, to fit on one page of print. */
function printSize(sections: Section[]): Record<`--${string}`, string | number> {
  const rows = sections.reduce((sum, { label, lines }) => sum + 1.5 + (label ? 1 : 0) + rowsOf(lines), 0);
  const columns = rows > rowsOnPage ? 2 : 1;
  const size = Math.max(5, Math.min(12, (12 * 0.92 * columns * rowsOnPage) / Math.max(rows, 1)));
  return { '--print-columns': columns, '--print-size': `${columns === 2 ? Math.min(size, 10.5) : size}pt` };
}

function rowsOf(lines: Line[]): number {
  return lines.reduce(
    (sum, line) => sum + (line.kind === 'lyrics' && line.parts.some(({ chord }) => chord) ? 2 : 1),
    0,
  );
}
