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
