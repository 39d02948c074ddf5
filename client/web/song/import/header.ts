/** What OnSong and others write above a song: the title, who made it, and `Key: G`. */

/** What may stand before a colon there, and what ChordPro calls it. */
const names: Record<string, string> = {
  title: 'title',
  subtitle: 'subtitle',
  artist: 'artist',
  by: 'artist',
  author: 'composer',
  composer: 'composer',
  'music by': 'composer',
  'words by': 'lyricist',
  lyricist: 'lyricist',
  arranger: 'arranger',
  album: 'album',
  year: 'year',
  key: 'key',
  'original key': 'meta: original_key',
  'transposed key': 'meta: transposed_key',
  capo: 'capo',
  tempo: 'tempo',
  bpm: 'tempo',
  time: 'time',
  'time signature': 'time',
  duration: 'duration',
  copyright: 'copyright',
  ccli: 'meta: ccli',
  book: 'meta: book',
  number: 'meta: number',
  flow: 'meta: flow',
  keywords: 'meta: keywords',
  topic: 'meta: topic',
  scripture: 'meta: scripture',
  footer: 'meta: footer',
  tuning: 'meta: tuning',
};
/** A header is no longer, in lines. */
const longest = 25;

/** The directives that the lines above a song come to, and the lines that follow them. */
export function directivesAbove(lines: readonly string[]): { directives: string[]; lines: string[] } {
  const begin = lines.findIndex((line) => line.trim() !== '');
  const empty = lines.findIndex((line, at) => at > begin && line.trim() === '');
  const end = empty < 0 ? lines.length : empty;
  const none = { directives: [], lines: [...lines] };
  if (begin < 0 || end - begin > longest) return none;
  const directives: string[] = [];
  /** The first two lines need no name. */
  const unnamed = ['title', 'artist'];
  let named = 0;
  for (const line of lines.slice(begin, end)) {
    const directive = directiveOf(line);
    if (directive) named += 1;
    else if (directives.length > 1 || named > 0 || /[[{]/.test(line)) break;
    const name = unnamed.shift() ?? 'subtitle';
    directives.push(directive ?? `{${name}: ${line.trim()}}`);
  }
  return named > 0 ? { directives, lines: lines.slice(begin + directives.length) } : none;
}

function directiveOf(line: string): string | undefined {
  const colon = line.indexOf(':');
  if (colon < 0 || colon > 30) return undefined;
  const name = line.slice(0, colon).trim().toLowerCase();
  const value = line.slice(colon + 1).trim();
  if (!Object.hasOwn(names, name) || value === '' || /[{}]/.test(value)) return undefined;
  const directive = names[name] ?? '';
  return directive.startsWith('meta: ') ? `{${directive} ${value}}` : `{${directive}: ${value}}`;
}
