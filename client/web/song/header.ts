/** What a song's source says before anything is sung or played, by its lines. */
import type { TextChange } from '../../index.ts';
import { longNameOf, metaOf } from './chordpro/directives.ts';
import { directiveIn } from './chordpro/scan.ts';

/** A line, and where it begins and ends in UTF-16 units, its end of line included. */
export interface HeaderLine {
  from: number;
  to: number;
  /** What it says something of: undefined for an empty one, and for a remark. */
  name: string | undefined;
  value: string;
}

export function headerOf(source: string): HeaderLine[] {
  const header: HeaderLine[] = [];
  for (let from = 0; from < source.length; ) {
    const end = source.indexOf('\n', from);
    const to = end < 0 ? source.length : end + 1;
    const text = source.slice(from, to).trim();
    const directive = directiveIn(text);
    const written = directive && longNameOf(directive.name);
    const meta = written === 'meta' ? metaOf(directive?.value ?? '') : undefined;
    const name = meta ? meta.item : written;
    if (text !== '' && !text.startsWith('#') && (!name || name.startsWith('start_of_'))) break;
    header.push({ from, to, name, value: meta ? meta.said : (directive?.value ?? '') });
    from = to;
  }
  return header;
}

/** Has a song called something else, for everybody. */
export function renaming(source: string, title: string): TextChange[] {
  const said = title.replace(/[\s{}]+/g, ' ').trim();
  if (said === '') return [];
  const own = headerOf(source).find(({ name }) => name === 'title');
  if (own?.value === said) return [];
  const line = `{title: ${said}}\n`;
  return own ? [{ from: own.from, to: own.to, insert: line }] : [{ from: 0, to: 0, insert: line }];
}
