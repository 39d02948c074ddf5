/** What sections are called, and what is said of a song, in words. */
import { attributesOf } from './attributes.ts';
import { plainOf } from './markup.ts';

/** What other programs draw, by what it is. */
const delegated = new Map(
  Object.entries({
    abc: 'ABC notation',
    ly: 'LilyPond',
    svg: 'SVG picture',
    musicxml: 'MusicXML',
  }),
);
/** Sections that are what they are without being called so. */
const unnamedKinds = /^(?:verse|tab|grid|part|textblock|highlight)/;

/** What a section is called that begins; `isNamed` where the song says so itself. */
export function headingOf(kind: string, value: string): { label: string | undefined; isNamed: boolean } {
  const named = labelIn(kind === 'grid' ? withoutShape(value) : value);
  const usual = delegated.get(kind) ?? (unnamedKinds.test(kind) ? undefined : inLetters(kind));
  return { label: named ?? usual, isNamed: named !== undefined };
}

/** What a section is called: its label or, where it has no attributes, all that is said. */
export function labelIn(value: string): string | undefined {
  const { pairs, words } = attributesOf(value);
  const label = pairs.size > 0 ? pairs.get('label') : words.length === 1 && /^["']/.test(value) ? words[0] : value;
  return (label && plain(label).replaceAll('\\n', '\n')) || undefined;
}

/** `4x4`, or `1+4x2+4`, is the shape of a grid; what follows is its label. */
function withoutShape(value: string): string {
  return value.replace(/^(?:\d+\+)?\d+(?:x\d+)?(?:\+\d+)?(?=\s|$)/, '').trim();
}

/** `pre_chorus` as a heading. */
function inLetters(kind: string): string {
  const words = kind.replaceAll('_', ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Something that is said of a song, by its name. */
export function inWords(name: string, value: string): string {
  if (name === 'tempo') return /^\d+(?:\.\d+)?$/.test(value) ? `${value} bpm` : value;
  if (name === 'copyright') return /^(?:©|\(c\))/i.test(value) ? value : `© ${value}`;
  if (name === 'duration' && /^\d+$/.test(value)) {
    const seconds = Number(value);
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  }
  return value;
}

export function plain(text: string): string {
  return plainOf(text).text.trim();
}
