/** A line of a grid: measures of chords between bars, and what is said at both sides. */

export interface GridToken {
  kind: 'bar' | 'chord' | 'empty' | 'repeat' | 'strum' | 'margin';
  text: string;
}

/** A bar: `|`, `||`, `|:`, `:|:`, `|.`, the volta `:|2`, or one that begins a line of strums, `|s`. */
const bar = /:?\|{1,2}(?::|\.(?=\s|$)|\d{1,2}>?(?=\s|$)|[Ss](?=\s|$))?/y;

export function gridTokensOf(line: string): GridToken[] {
  const tokens: GridToken[] = [];
  let isStrummed = false;
  for (const text of piecesOf(line)) {
    if (text.includes('|')) {
      if (/s$/i.test(text)) isStrummed = true;
      tokens.push({ kind: 'bar', text: text.replace(/[sS>]$/, '') });
    } else tokens.push(tokenOf(text, isStrummed));
  }
  return withMargins(tokens);
}

/** Bars, and the words between them: a bar may touch a chord. */
function* piecesOf(line: string): Generator<string> {
  let at = 0;
  while (at < line.length) {
    if (isSpace(line[at])) {
      at += 1;
      continue;
    }
    bar.lastIndex = at;
    let end = bar.test(line) ? bar.lastIndex : at + 1;
    if (line.slice(at, end).includes('|')) yield line.slice(at, end);
    else {
      while (end < line.length && !isSpace(line[end]) && line[end] !== '|' && !line.startsWith(':|', end)) end += 1;
      yield line.slice(at, end);
    }
    at = end;
  }
}

function isSpace(letter: string | undefined): boolean {
  return letter === ' ' || letter === '\t' || letter === '\u00a0' || letter === '\u3000';
}

function tokenOf(text: string, isStrummed: boolean): GridToken {
  if (text === '.') return { kind: 'empty', text: '' };
  if (text === '%' || text === '%%') return { kind: 'repeat', text };
  if (isStrummed) return { kind: 'strum', text: text.split('~').map(strumOf).join(' ') };
  return { kind: 'chord', text: text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text };
}

/** A stroke as an arrow: up or down, accented, muted, staccato, or an arpeggio. */
function strumOf(text: string): string {
  const [, stroke, how = ''] = /^(up|u|dn|d|x)([asx]?\+?)$/.exec(text) ?? [];
  if (stroke === undefined) return text;
  const arrow = stroke === 'x' ? '×' : stroke.startsWith('u') ? '↑' : '↓';
  return arrow + how.replace('x', '×').replace('+', '›').replace('a', '~').replace('s', '·');
}

/** What stands before the first bar and behind the last one is no measure. */
function withMargins(tokens: GridToken[]): GridToken[] {
  const first = tokens.findIndex(({ kind }) => kind === 'bar');
  const last = tokens.findLastIndex(({ kind }) => kind === 'bar');
  if (first < 0) return [marginOf(tokens)];
  const before = first > 0 ? [marginOf(tokens.slice(0, first))] : [];
  const after = last < tokens.length - 1 ? [marginOf(tokens.slice(last + 1))] : [];
  return [...before, ...tokens.slice(first, last + 1), ...after];
}

function marginOf(tokens: GridToken[]): GridToken {
  return { kind: 'margin', text: tokens.map(({ text }) => text || '.').join(' ') };
}
