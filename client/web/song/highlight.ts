import { HighlightStyle, StreamLanguage, syntaxHighlighting } from '@codemirror/language';
import { tags } from '@lezer/highlight';

/** ChordPro, as far as colours need it. */
const chordPro = StreamLanguage.define<null>({
  name: 'chordpro',
  startState: () => null,
  token(stream) {
    if (stream.sol() && stream.match(/#.*/)) return 'comment';
    if (stream.sol() && stream.match(/\s*\{\s*(?:title|t|subtitle|st)\s*:[^}]*\}\s*$/)) return 'heading';
    if (stream.sol() && stream.match(/\s*\{[^}]*\}\s*$/)) return 'meta';
    if (stream.match(/\[[^\]]*\]/)) return 'keyword';
    stream.next();
    stream.eatWhile(/[^[]/);
    return null;
  },
});

const colors = HighlightStyle.define([
  { tag: tags.keyword, class: 'chord-mark' },
  { tag: tags.heading, class: 'title-mark' },
  { tag: tags.meta, class: 'directive-mark' },
  { tag: tags.comment, class: 'comment-mark' },
]);

export const highlight = [chordPro, syntaxHighlighting(colors)];
