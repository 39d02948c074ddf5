import { type CSSProperties, memo, type ReactElement } from 'react';
import { t } from '../texts/t.ts';
import { ChordDiagram } from './chordDiagram.tsx';
import type { Marks } from './chordpro/markup.ts';
import type { Line, Part } from './chordpro/model.ts';
import type { Player } from './chordpro/plainText.ts';
import { wordsOf } from './words.ts';

/** Someone whose cursor is in a line of the song. */
export interface Reader {
  client_id: string;
  name: string;
  color: string;
}

interface SheetLineProps {
  /** Which it is of all, for what is copied. */
  name: string;
  line: Line;
  play: Player;
  keyOf(key: string | undefined): string;
  readers: Reader[] | undefined;
  onLine(line: number): void;
}

/**
 * A click brings the editor there; its own keys do the same for who has no mouse. Each edit reads the song anew: lines
 * that say the same stay as they are.
 */
export const SheetLine = memo(function SheetLine(props: SheetLineProps): ReactElement {
  const { name, line, play, keyOf, readers, onLine } = props;
  const style = line.kind === 'comment' && line.style ? ` ${line.style}` : '';
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a shortcut for the mouse
    // biome-ignore lint/a11y/useKeyWithClickEvents: a shortcut for the mouse
    <div
      className={`line ${line.kind}${style}`}
      dir={line.kind === 'verbatim' || line.kind === 'grid' ? 'ltr' : 'auto'}
      data-line={line.at}
      data-name={name}
      data-chords={spokenChords(line, play)}
      onClick={() => getSelection()?.isCollapsed !== false && onLine(line.at)}
    >
      {readers && (
        <span className="readers" aria-hidden="true">
          {readers.map(({ client_id, name: reader, color }) => (
            <i key={client_id} title={reader} style={{ background: color }} />
          ))}
        </span>
      )}
      <Content line={line} play={play} keyOf={keyOf} />
    </div>
  );
}, isSame);

function isSame(one: SheetLineProps, other: SheetLineProps): boolean {
  return (
    one.name === other.name &&
    one.play === other.play &&
    one.keyOf === other.keyOf &&
    one.readers === other.readers &&
    one.onLine === other.onLine &&
    JSON.stringify(one.line) === JSON.stringify(other.line)
  );
}

function Content({ line, play, keyOf }: Pick<SheetLineProps, 'line' | 'play' | 'keyOf'>): ReactElement {
  switch (line.kind) {
    case 'lyrics':
      return <Words parts={line.parts} chordOf={(cell) => play(cell, line.key)} />;
    case 'comment':
      return line.parts ? (
        <Remark parts={line.parts} chordOf={(cell) => play(cell, line.key)} />
      ) : (
        <span>{line.text}</span>
      );
    case 'grid':
      return (
        <>
          {line.tokens.map(({ kind, text }, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a cell is what it is by its place
            <span key={at} className={kind === 'chord' ? 'cell chord' : 'cell'} data-kind={kind}>
              {kind === 'chord' ? play(text, line.key).replaceAll('~', ' ') : text}
            </span>
          ))}
        </>
      );
    case 'diagram':
      return <ChordDiagram diagram={line.diagram} />;
    case 'change':
      return <span>{line.text || t('Key of {key}', { key: keyOf(line.key) })}</span>;
    case 'verbatim':
      return <span>{line.text}</span>;
  }
}

/** Words with chords over them. The chords are no text of the page: words stay whole for who searches, copies or listens. */
function Words({ parts, chordOf }: { parts: readonly Part[]; chordOf(cell: string): string }): ReactElement[] {
  return wordsOf(parts).map((word, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a word is what it is by its place
    <span key={at} className="word">
      {joined(word).map(({ overs, text, marks, color, isRemark }, place) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: as above
          key={place}
          {...(overs.length > 0 && {
            className: isRemark ? 'piece remark' : 'piece',
            'data-chord': overs
              .map((over) => (over.annotation !== undefined ? over.annotation : chordOf(over.chord ?? '')))
              .join(' '),
          })}
          {...((marks || color) && {
            style: { ...looksOf(marks), ...(color && { '--chord': color }) } as CSSProperties,
          })}
        >
          {marks?.href ? <Link href={marks.href} text={text} /> : text || '\u00a0'}
        </span>
      ))}
    </span>
  ));
}

interface Piece {
  overs: Part[];
  text: string;
  marks: Marks | undefined;
  color: string | undefined;
  isRemark: boolean;
}

/** The pieces of a word. Where two chords meet within it, they stand over what follows them both. */
function joined(word: readonly Part[]): Piece[] {
  const pieces: Piece[] = [];
  let waiting: Part[] = [];
  for (const part of word) {
    const isOver = Boolean(part.chord) || part.annotation !== undefined;
    if (isOver) waiting.push(part);
    if (part.text === '' && part !== word.at(-1)) continue;
    if (part.text === '' && waiting.length === 0) continue;
    pieces.push({
      overs: waiting,
      text: part.text,
      marks: part.marks,
      color: waiting.find(({ chordMarks }) => chordMarks?.color)?.chordMarks?.color,
      isRemark: waiting.length > 0 && waiting.every(({ annotation }) => annotation !== undefined),
    });
    waiting = [];
  }
  return pieces;
}

/** A remark, with its chords among the words. */
function Remark({ parts, chordOf }: { parts: readonly Part[]; chordOf(cell: string): string }): ReactElement[] {
  return parts.map(({ chord, annotation, text, marks }, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a part is what it is by its place
    <span key={at}>
      {chord ? <b className="chord">{chordOf(chord)}</b> : annotation !== undefined && <i>{annotation}</i>}
      {text !== '' && <span style={looksOf(marks)}>{text}</span>}
    </span>
  ));
}

function Link({ href, text }: { href: string; text: string }): ReactElement {
  return (
    <a href={href} target="_blank" rel="noreferrer">
      {text}
    </a>
  );
}

function looksOf(marks: Marks | undefined): CSSProperties {
  if (!marks) return {};
  const lines = [...(marks.underline ? ['underline'] : []), ...(marks.strike ? ['line-through'] : [])].join(' ');
  return {
    ...(marks.bold && { fontWeight: 700 }),
    ...(marks.italic && { fontStyle: 'italic' }),
    ...(lines && { textDecoration: lines }),
    ...(marks.mono && { fontFamily: 'var(--code)' }),
    ...(marks.size && { fontSize: `max(var(--least, 0px), ${marks.size}%)` }),
    ...(marks.rise && { verticalAlign: marks.rise }),
    ...(marks.color && { color: marks.color }),
    ...(marks.background && { background: marks.background }),
  };
}

/** The chords of a line of words, for who listens: they are said behind it. */
function spokenChords(line: Line, play: Player): string | undefined {
  if (line.kind !== 'lyrics') return undefined;
  const chords = line.parts.flatMap(({ chord }) => (chord ? [play(chord, line.key)] : []));
  return chords.length > 0 ? t('Chords: {chords}', { chords: chords.join(', ') }) : undefined;
}
