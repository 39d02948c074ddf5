/** Finds the marks of ChordPro in a line. Whoever writes a song may write any line: each is read once, however long it is. */

export interface Directive {
  name: string;
  value: string;
  /** What it is for: `guitar` in `{define-guitar: …}`. */
  selector?: string;
  /** Whether it is for all but those. */
  isNegated?: true;
}

/** The directive that a line is: `{name: value}`, `{name value}`, `{name}`, or `{name-selector: value}`. */
export function directiveIn(line: string): Directive | undefined {
  const text = line.trim();
  if (!text.startsWith('{') || !text.endsWith('}')) return undefined;
  return directiveOf(text.slice(1, -1));
}

/** Directives that a line begins with, and what is behind them. */
export interface Begun {
  directives: Directive[];
  rest: string;
}

/** undefined where a line begins with no directive. */
export function directivesIn(line: string): Begun | undefined {
  const text = line.trim();
  if (!text.startsWith('{')) return undefined;
  const ends = bracesIn(text);
  const directives: Directive[] = [];
  let at = 0;
  while (text[at] === '{') {
    const end = ends.get(at);
    const directive = end === undefined ? undefined : directiveOf(text.slice(at + 1, end));
    if (end === undefined || !directive) break;
    directives.push(directive);
    at = end + 1;
    while (text[at] === ' ' || text[at] === '\t') at += 1;
  }
  return at > 0 ? { directives, rest: text.slice(at) } : undefined;
}

/** What is within the braces of a line that is nothing but `{…}`. */
export function bracedIn(line: string): string | undefined {
  return enclosed(line.trim(), '{', '}');
}

/** What is within the brackets of a line that is nothing but `[…]`. */
export function bracketedIn(line: string): string | undefined {
  return enclosed(line.trim(), '[', ']');
}

/** A pair of brackets: where it begins, and where it ends. */
export interface Bracket {
  from: number;
  to: number;
}

/** The first `[…]` from a place on. Where there is none, none is behind it either. */
export function bracketFrom(line: string, place: number): Bracket | undefined {
  const from = line.indexOf('[', place);
  const close = from < 0 ? -1 : line.indexOf(']', from);
  return close < 0 ? undefined : { from, to: close + 1 };
}

/** All pairs of brackets, in order. */
export function* bracketsIn(line: string): Generator<Bracket> {
  for (let found = bracketFrom(line, 0); found; found = bracketFrom(line, found.to)) yield found;
}

/** Where each brace is closed that is: a backslash takes a brace its meaning. */
export function bracesIn(text: string): ReadonlyMap<number, number> {
  const ends = new Map<number, number>();
  const open: number[] = [];
  const mark = /[\\{}]/g;
  for (let found = mark.exec(text); found; found = mark.exec(text)) {
    if (found[0] === '\\') mark.lastIndex += 1;
    else if (found[0] === '{') open.push(found.index);
    else {
      const from = open.pop();
      if (from !== undefined) ends.set(from, found.index);
    }
  }
  return ends;
}

function directiveOf(braced: string): Directive | undefined {
  const inner = braced.trimStart();
  // A setting of the program that sets it.
  if (inner.startsWith('+')) return { name: '+', value: inner.slice(1).trim() };
  const nameEnd = passing(inner, 0, isWordLetter);
  if (nameEnd === 0) return undefined;
  const selectorEnd = inner.startsWith('-', nameEnd) ? passing(inner, nameEnd + 1, isWordLetter) : nameEnd;
  // A dash that nothing follows belongs to the value.
  const hasSelector = selectorEnd > nameEnd + 1;
  const isNegated = hasSelector && inner[selectorEnd] === '!';
  const rest = inner.slice(hasSelector ? selectorEnd + (isNegated ? 1 : 0) : nameEnd).trimStart();
  const value = (rest.startsWith(':') ? rest.slice(1) : rest).trim();
  if (/[\r\u2028\u2029]/.test(value)) return undefined;
  return {
    name: inner.slice(0, nameEnd),
    value,
    ...(hasSelector && { selector: inner.slice(nameEnd + 1, selectorEnd) }),
    ...(isNegated && { isNegated }),
  };
}

function enclosed(text: string, open: string, close: string): string | undefined {
  return text.startsWith(open) && text.indexOf(close) === text.length - 1 ? text.slice(1, -1) : undefined;
}

/** Where the letters end that are of a kind. */
function passing(text: string, from: number, isOfKind: (letter: number) => boolean): number {
  let at = from;
  while (at < text.length && isOfKind(text.charCodeAt(at))) at += 1;
  return at;
}

function isWordLetter(letter: number): boolean {
  const small = letter | 0x20;
  return letter === 0x5f || (small >= 0x61 && small <= 0x7a) || (letter >= 0x30 && letter <= 0x39);
}
