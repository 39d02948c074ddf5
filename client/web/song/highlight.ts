import { HighlightStyle, StreamLanguage, syntaxHighlighting } from '@codemirror/language';
import { tags } from '@lezer/highlight';
import { bracedIn, bracketFrom } from './chordpro/scan.ts';

/** Beyond this place a line has no colours, in UTF-16 units. */
const mostColored = 4_000;

/** ChordPro, as far as colours need it. */
const chordPro = StreamLanguage.define<null>({
  name: 'chordpro',
  startState: () => null,
  token(stream) {
    const { string, pos } = stream;
    const mark = pos === 0 ? markOf(string) : undefined;
    const bracket = mark || pos > mostColored ? undefined : bracketFrom(string, pos);
    if (bracket) stream.pos = bracket.from > pos ? bracket.from : bracket.to;
    else stream.skipToEnd();
    return mark ?? (bracket?.from === pos ? 'keyword' : null);
  },
});

/** Directives that are titles. */
const titles = ['title', 't', 'subtitle', 'st'];

/** What a line is as a whole: a comment, a title, another directive. */
function markOf(line: string): string | undefined {
  if (line.startsWith('#')) return 'comment';
  const inner = bracedIn(line);
  if (inner === undefined) return undefined;
  const colon = inner.indexOf(':');
  return colon >= 0 && titles.includes(inner.slice(0, colon).trim()) ? 'heading' : 'meta';
}

const colors = HighlightStyle.define([
  { tag: tags.keyword, class: 'chord-mark' },
  { tag: tags.heading, class: 'title-mark' },
  { tag: tags.meta, class: 'directive-mark' },
  { tag: tags.comment, class: 'comment-mark' },
]);

export const highlight = [chordPro, syntaxHighlighting(colors)];
