/** The names of directives: short ones, and what is done with them. */

const longNames = new Map(
  Object.entries({
    t: 'title',
    st: 'subtitle',
    su: 'subtitle',
    c: 'comment',
    ci: 'comment_italic',
    cb: 'comment_box',
    highlight: 'comment',
    gc: 'comment',
    guitar_comment: 'comment',
    soc: 'start_of_chorus',
    eoc: 'end_of_chorus',
    sov: 'start_of_verse',
    eov: 'end_of_verse',
    sob: 'start_of_bridge',
    eob: 'end_of_bridge',
    sot: 'start_of_tab',
    eot: 'end_of_tab',
    sog: 'start_of_grid',
    eog: 'end_of_grid',
    sop: 'start_of_part',
    eop: 'end_of_part',
    soh: 'start_of_highlight',
    eoh: 'end_of_highlight',
    ns: 'new_song',
    np: 'new_page',
    npp: 'new_page',
    new_physical_page: 'new_page',
    colb: 'column_break',
    g: 'diagrams',
    grid: 'diagrams',
    no_grid: 'no_diagrams',
    ng: 'no_diagrams',
    author: 'composer',
    metronome: 'tempo',
  }),
);

/** What is said of a song, and shown with it. */
export const people = ['subtitle', 'artist', 'composer', 'lyricist', 'arranger'];
export const facts = ['time', 'tempo', 'duration', 'album', 'year', 'copyright'];

/** What a directive is called in full. */
export function longNameOf(name: string): string {
  const small = name.toLowerCase();
  return longNames.get(small) ?? small;
}

/** What `{meta}` says something of, and what: `{meta: artist Ann}`. */
export function metaOf(value: string): { item: string; said: string } {
  const [, item = '', said = ''] = /^(\S+?)[:\s]\s*(.*)$/s.exec(value) ?? [];
  return { item: longNameOf(item), said };
}

/** What is about paper, fonts, colours and other programs: it changes nothing here, and is no mistake. */
export function isOfNoConcern(name: string): boolean {
  return (
    name === '+' ||
    name.startsWith('x_') ||
    /^(?:chord|chorus|footer|grid|label|tab|text|title|toc)(?:font|size|colou?r)$/.test(name) ||
    /^(?:cf|cs|tf|ts|columns|col|titles|pagetype|pagesize|sorttitle|sortartist|tag|tags|meta)$/.test(name) ||
    /^(?:ccli|ccli_license|source|footer|book|number|keywords|language|midi|ipodid|flow|duration)$/.test(name)
  );
}
