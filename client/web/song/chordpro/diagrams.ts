/** How a chord is played, as `{define}` and `{chord}` say it. */

export interface Diagram {
  /** The chord, as the song calls it. */
  name: string;
  /** The fret that the diagram begins with. */
  base: number;
  /** For each string from the lowest: the fret, counted from the base, 0 where it is open, undefined where it is not played. */
  frets?: (number | undefined)[];
  /** For each string: which finger. */
  fingers?: string[];
  /** On a keyboard, in semitones above the root. */
  keys?: number[];
  /** Whether it is written in brackets, and moves with the song. */
  isMovable?: true;
}

/** More strings, or keys of a chord, than there are. */
const mostPositions = 14;

/** What a directive defines; undefined where it has no name. `known` are those defined before. */
export function diagramOf(value: string, known: ReadonlyMap<string, Diagram>): Diagram | undefined {
  const [first, ...words] = value.trim().split(/[\s,]+/, 80);
  const written = first?.replace(/:$/, '') ?? '';
  const isMovable = written.startsWith('[') && written.endsWith(']');
  const name = isMovable ? written.slice(1, -1) : written;
  if (name === '') return undefined;
  const diagram: Diagram = {
    ...known.get(name),
    name,
    base: known.get(name)?.base ?? 1,
    ...(isMovable && { isMovable }),
  };
  // Without a word of what it is, it is what it was before.
  if (words.some((word) => word.toLowerCase() === 'frets' || word.toLowerCase() === 'keys')) {
    delete diagram.frets;
    delete diagram.fingers;
    delete diagram.keys;
  }
  for (let at = 0; at < words.length; ) {
    const word = words[at]?.toLowerCase().replace('_', '-') ?? '';
    const next = words[at + 1] ?? '';
    const positions = words.slice(at + 1, at + 1 + lengthOf(words, at + 1));
    at += 1;
    if (word === 'base-fret') diagram.base = Math.min(24, Math.max(1, Number.parseInt(next, 10) || 1));
    else if (word === 'frets') diagram.frets = positions.map(fretOf);
    else if (word === 'fingers') diagram.fingers = positions.map((finger) => (/^[1-9A-Z]$/.test(finger) ? finger : ''));
    else if (word === 'keys') diagram.keys = positions.map((key) => Number.parseInt(key, 10)).filter((key) => key >= 0);
    else if (word === 'copy' || word === 'copyall') Object.assign(diagram, known.get(next), { name });
    else if (word === 'display' && next !== '') diagram.name = next;
    else if (word === 'diagram' && next.toLowerCase() === 'off') return { name, base: 1 };
  }
  return diagram;
}

/** Whether there is anything to draw. */
export function isDrawable({ frets, keys }: Diagram): boolean {
  return (frets !== undefined && frets.length > 1) || (keys !== undefined && keys.length > 0);
}

/** How many positions stand in a row from a place on. */
function lengthOf(words: readonly string[], from: number): number {
  let length = 0;
  while (length < mostPositions && /^(?:-?\d{1,2}|[xXnN-]|[A-Z])$/.test(words[from + length] ?? '')) length += 1;
  return length;
}

function fretOf(word: string): number | undefined {
  const fret = Number.parseInt(word, 10);
  return fret >= 0 ? fret : undefined;
}
