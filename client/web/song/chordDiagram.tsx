import type { ReactElement } from 'react';
import { t } from '../texts/t.ts';
import type { Diagram } from './chordpro/diagrams.ts';

/** How a chord is played: the fingers on the frets, or the keys. */
export function ChordDiagram({ diagram }: { diagram: Diagram }): ReactElement {
  return (
    <figure className="chord-diagram">
      <figcaption className="chord">{diagram.name}</figcaption>
      {diagram.frets && diagram.frets.length > 1 ? <Fretboard {...diagram} frets={diagram.frets} /> : null}
      {!diagram.frets && diagram.keys ? <Keyboard keys={diagram.keys} /> : null}
    </figure>
  );
}

const gap = 10;
const rowHeight = 12;
const top = 12;

function Fretboard({ frets, base, fingers = [] }: Diagram & { frets: (number | undefined)[] }): ReactElement {
  const rows = Math.max(4, ...frets.map((fret) => fret ?? 0));
  const left = base > 1 ? 22 : 8;
  const width = (frets.length - 1) * gap;
  const bottom = top + rows * rowHeight;
  const spoken = `${frets.map((fret) => (fret === undefined ? 'x' : fret === 0 ? '0' : fret + base - 1)).join(' ')}`;
  return (
    <svg
      viewBox={`0 0 ${left + width + 8} ${bottom + 12}`}
      width={left + width + 8}
      height={bottom + 12}
      role="img"
      aria-label={t('Frets {frets}', { frets: spoken })}
    >
      {base > 1 && (
        <text x={left - 6} y={top + rowHeight - 2} textAnchor="end">
          {base}
        </text>
      )}
      {Array.from({ length: rows + 1 }, (_, row) => (
        <path
          // biome-ignore lint/suspicious/noArrayIndexKey: a fret is what it is by its place
          key={`fret ${row}`}
          d={`M${left} ${top + row * rowHeight}h${width}`}
          strokeWidth={row === 0 && base === 1 ? 2.5 : 1}
        />
      ))}
      {frets.map((fret, string) => {
        const x = left + string * gap;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a string is what it is by its place
          <g key={`string ${string}`}>
            <path d={`M${x} ${top}v${rows * rowHeight}`} />
            {fret === undefined && <path d={`M${x - 3} ${top - 9}l6 6m0-6l-6 6`} />}
            {fret === 0 && <circle cx={x} cy={top - 6} r={3} />}
            {fret !== undefined && fret > 0 && (
              <circle className="finger" cx={x} cy={top + (fret - 0.5) * rowHeight} r={4} />
            )}
            {fingers[string] && fret !== undefined && fret > 0 && (
              <text x={x} y={bottom + 10} textAnchor="middle">
                {fingers[string]}
              </text>
            )}
          </g>
        );
      })}
    </svg>
  );
}

/** The black keys, by the white one that is before them. */
const blackAfter = [0, 1, 3, 4, 5];
const whitePitches = [0, 2, 4, 5, 7, 9, 11];

/** Two octaves; the root is the first key. */
function Keyboard({ keys }: { keys: number[] }): ReactElement {
  const isDown = (pitch: number) => keys.some((key) => key % 24 === pitch);
  const octaves = keys.some((key) => key % 24 > 11) ? [0, 1] : [0];
  return (
    <svg
      viewBox={`0 0 ${octaves.length * 56 + 2} 42`}
      width={octaves.length * 56 + 2}
      height={42}
      role="img"
      aria-label={t('Keys {keys}', { keys: keys.join(' ') })}
    >
      {octaves.flatMap((octave) =>
        whitePitches.map((pitch, at) => (
          <rect
            key={`white ${octave} ${pitch}`}
            className={isDown(octave * 12 + pitch) ? 'down' : 'up'}
            x={1 + octave * 56 + at * 8}
            y={1}
            width={8}
            height={40}
          />
        )),
      )}
      {octaves.flatMap((octave) =>
        blackAfter.map((white) => {
          const pitch = (whitePitches[white] ?? 0) + 1;
          return (
            <rect
              key={`black ${octave} ${pitch}`}
              className={isDown(octave * 12 + pitch) ? 'down' : 'black'}
              x={octave * 56 + (white + 1) * 8 - 1.5}
              y={1}
              width={5}
              height={25}
            />
          );
        }),
      )}
    </svg>
  );
}
