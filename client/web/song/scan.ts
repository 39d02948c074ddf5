/** Finds the marks of ChordPro in a line. Whoever writes a song may write any line: each is read once, however long it is. */

export interface Directive {
  name: string;
  value: string;
}

/** The directive that a line is: `{name: value}`, `{name}`, or `{name-selector: value}`, of which the selector is dropped. */
export function directiveIn(line: string): Directive | undefined {
  const text = line.trim();
  if (!text.startsWith('{') || !text.endsWith('}')) return undefined;
  const inner = text.slice(1, -1).trimStart();
  const nameEnd = passing(inner, 0, isNameLetter);
  if (nameEnd === 0) return undefined;
  const selectorEnd = inner.startsWith('-', nameEnd) ? passing(inner, nameEnd + 1, isWordLetter) : nameEnd;
  // A dash that nothing follows belongs to the value.
  const rest = inner.slice(selectorEnd > nameEnd + 1 ? selectorEnd : nameEnd).trimStart();
  const value = (rest.startsWith(':') ? rest.slice(1) : rest).trim();
  return /[\r\u2028\u2029]/.test(value) ? undefined : { name: inner.slice(0, nameEnd), value };
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

function enclosed(text: string, open: string, close: string): string | undefined {
  return text.startsWith(open) && text.indexOf(close) === text.length - 1 ? text.slice(1, -1) : undefined;
}

/** Where the letters end that are of a kind. */
function passing(text: string, from: number, isOfKind: (letter: number) => boolean): number {
  let at = from;
  while (at < text.length && isOfKind(text.charCodeAt(at))) at += 1;
  return at;
}

function isNameLetter(letter: number): boolean {
  const small = letter | 0x20;
  return letter === 0x5f || (small >= 0x61 && small <= 0x7a);
}

function isWordLetter(letter: number): boolean {
  return isNameLetter(letter) || (letter >= 0x30 && letter <= 0x39);
}
