/** Markup in texts: `<b>bold</b>`, `<span color="red">…</span>`. What is no tag is text. */

/** How a text is to look. */
export interface Marks {
  bold?: true;
  italic?: true;
  underline?: true;
  strike?: true;
  mono?: true;
  rise?: 'sub' | 'super';
  /** Of the letters around it, in percent. */
  size?: number;
  color?: string;
  background?: string;
  href?: string;
}

/** A tag: what it adds to the looks, and where it ends. */
interface Tag {
  name: string;
  kind: 'opens' | 'closes' | 'stands';
  marks: Marks;
  /** What is seen in its place: a symbol. */
  text: string;
  end: number;
}

const simpleTags: Record<string, Marks> = {
  b: { bold: true },
  big: { size: 120 },
  i: { italic: true },
  s: { strike: true },
  small: { size: 80 },
  span: {},
  sub: { rise: 'sub', size: 80 },
  sup: { rise: 'super', size: 80 },
  tt: { mono: true },
  u: { underline: true },
};
/** Tags that enclose nothing. */
const standing = ['strut', 'sym', 'img'];
const symbols = new Map(
  Object.entries({
    sharp: '♯',
    flat: '♭',
    natural: '♮',
    delta: 'Δ',
    'arrow-up': '↑',
    'arrow-down': '↓',
  }),
);
const sizes = new Map(
  Object.entries({
    'xx-small': 58,
    'x-small': 64,
    small: 80,
    smaller: 80,
    medium: 100,
    large: 120,
    larger: 120,
    'x-large': 150,
    'xx-large': 180,
  }),
);
/** Longer than a tag is, in UTF-16 units. */
const longestTag = 300;

/** Follows tags through a text: which of them are open, and what it looks like there. */
export class Markup {
  #open: { name: string; before: Marks | undefined }[] = [];
  /** How many of each are open: who closes one that is not open is not looked for. */
  #counts = new Map<string, number>();
  marks: Marks | undefined;

  /** Takes the tag that stands at a place; undefined where none does that means something there. */
  take(text: string, at: number): { text: string; end: number } | undefined {
    const tag = tagAt(text, at);
    if (!tag) return undefined;
    const { name, kind, marks, end } = tag;
    if (kind === 'opens') {
      this.#open.push({ name, before: this.marks });
      this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
      this.marks = { ...this.marks, ...marks };
    } else if (kind === 'closes' && !this.#close(name)) return undefined;
    return { text: tag.text, end };
  }

  #close(name: string): boolean {
    if (!this.#counts.get(name)) return false;
    for (let last = this.#open.pop(); last; last = this.#open.pop()) {
      this.#counts.set(last.name, (this.#counts.get(last.name) ?? 0) - 1);
      this.marks = last.before;
      if (last.name === name) break;
    }
    return true;
  }
}

/** A text without its tags, and what it looks like where it begins. */
export function plainOf(text: string): { text: string; marks?: Marks } {
  if (!text.includes('<')) return { text: characters(text) };
  const markup = new Markup();
  const pieces: string[] = [];
  let marks: Marks | undefined;
  let at = 0;
  for (let next = text.indexOf('<'); next >= 0; next = text.indexOf('<', at)) {
    pieces.push(text.slice(at, next));
    const tag = markup.take(text, next);
    pieces.push(tag ? tag.text : '<');
    at = tag?.end ?? next + 1;
    if (pieces.every((piece) => piece === '')) {
      marks = markup.marks;
      pieces.length = 0;
    }
  }
  pieces.push(text.slice(at));
  return { text: characters(pieces.join('')), ...(marks && Object.keys(marks).length > 0 && { marks }) };
}

/** Whether nothing in a text can be a tag, or a sign by its name. */
export function isPlain(text: string): boolean {
  return !text.includes('<') && !text.includes('&');
}

/** `&lt;` and its like are the signs that they stand for. */
export function characters(text: string): string {
  if (!text.includes('&')) return text;
  const names: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
  return text.replace(/&(lt|gt|amp|quot|apos);/g, (_, name: string) => names[name] ?? '');
}

function tagAt(text: string, at: number): Tag | undefined {
  const piece = text.slice(at, at + longestTag);
  const close = piece.indexOf('>');
  if (close < 0) return undefined;
  const [whole, slash, name = '', written = '', standsAlone] =
    /^<(\/?)([a-z]+)((?:\s[^<>]*?)?)(\/?)>$/i.exec(piece.slice(0, close + 1)) ?? [];
  const known = name.toLowerCase();
  const isStanding = standing.includes(known);
  if (whole === undefined || (!isStanding && !Object.hasOwn(simpleTags, known))) return undefined;
  const tag = { name: known, marks: {}, text: '', end: at + whole.length };
  if (slash) return isStanding ? undefined : { ...tag, kind: 'closes' };
  const simple = simpleTags[known];
  if (simple && written === '') return { ...tag, marks: simple, kind: standsAlone ? 'stands' : 'opens' };
  const attributes = pairsIn(written);
  if (isStanding) {
    const shown =
      known === 'sym' ? (symbols.get(written.trim().split(/\s+/).at(-1) ?? '') ?? '') : (attributes.get('alt') ?? '');
    return { ...tag, kind: 'stands', text: shown };
  }
  const marks = { ...simple, ...marksOf(attributes) };
  return { ...tag, marks, kind: standsAlone ? 'stands' : 'opens' };
}

function pairsIn(written: string): Map<string, string> {
  const pairs = new Map<string, string>();
  for (const [, name = '', double, single] of written.matchAll(/([a-z_]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/gi)) {
    pairs.set(name.toLowerCase(), (double ?? single ?? '').trim());
  }
  return pairs;
}

function marksOf(pairs: ReadonlyMap<string, string>): Marks {
  const marks: Marks = {};
  for (const [name, value] of pairs) {
    if (name === 'weight' && value === 'bold') marks.bold = true;
    else if (name === 'style' && (value === 'italic' || value === 'oblique')) marks.italic = true;
    else if (name === 'underline' && value !== 'none') marks.underline = true;
    else if (name === 'strikethrough' && value === 'true') marks.strike = true;
    else if ((name === 'font_family' || name === 'face') && value.startsWith('mono')) marks.mono = true;
    else if ((name === 'color' || name === 'foreground') && isColor(value)) marks.color = value;
    else if (name === 'background' && isColor(value)) marks.background = value;
    else if (name === 'rise') marks.rise = value.startsWith('-') ? 'sub' : 'super';
    else if (name === 'href' && /^https?:\/\//i.test(value)) marks.href = value;
    else if (name === 'size') {
      const percent = /^\d{1,3}%$/.test(value) ? Number.parseInt(value, 10) : sizes.get(value);
      if (percent !== undefined) marks.size = Math.min(300, Math.max(50, percent));
    }
  }
  return marks;
}

function isColor(value: string): boolean {
  return /^(?:#[\da-f]{3,8}|[a-z]+)$/i.test(value);
}
