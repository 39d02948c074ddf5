import type { Line } from './chordpro/model.ts';

/** The lines of a tablature that belong together, from one place to another: those between empty lines. */
export function systemsOf(lines: readonly Line[]): [from: number, to: number][] {
  const systems: [number, number][] = [];
  let from = 0;
  for (const [at, line] of lines.entries()) {
    if (line.kind !== 'verbatim' || line.text.trim() !== '') continue;
    systems.push([from, at + 1]);
    from = at + 1;
  }
  if (from < lines.length) systems.push([from, lines.length]);
  return systems;
}

/**
 * A system that is too wide for paper, below each other in pieces of so many letters at most, all strings cut at the
 * same place: behind a bar, where there is one in the second half. undefined where it fits.
 */
export function piecesOf(lines: readonly Line[], letters: number): string[] | undefined {
  const strings = lines.flatMap((line) => (line.kind === 'verbatim' && line.text.trim() !== '' ? [line.text] : []));
  const width = Math.max(0, ...strings.map((text) => text.length));
  if (width <= letters) return undefined;
  const pieces: string[] = [];
  for (let from = 0; from < width; ) {
    const bar = strings[0]?.lastIndexOf('|', from + letters - 1) ?? -1;
    const to = width - from > letters && bar > from + letters / 2 ? bar + 1 : from + letters;
    pieces.push(strings.map((text) => text.slice(from, to)).join('\n'));
    from = to;
  }
  return pieces;
}
