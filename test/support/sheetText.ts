import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { excerptOf } from '../../client/web/song/excerpt.ts';
import { plainSetting, type Setting } from '../../client/web/song/playing.ts';
import { Sheet } from '../../client/web/song/sheet.tsx';

/** The markup that the page makes of a source. */
export function sheetMarkup(source: string, setting: Partial<Setting> = {}): string {
  const props = { ...excerptOf(source), setting: { ...plainSetting, ...setting }, readers: new Map(), onLine() {} };
  return renderToStaticMarkup(createElement(Sheet, props));
}

/**
 * What the page shows of a source, as text: titles behind `#`, headings in brackets, chords above the words, remarks in
 * parentheses, grids by their cells, and how chords are played. Made of the markup, not of the model.
 */
export function sheetText(source: string, setting: Partial<Setting> = {}): string {
  const lines: string[] = [];
  let line: Line | undefined;
  let isPicture = false;
  for (const { open, close, text, attributes } of tagsOf(sheetMarkup(source, setting))) {
    const classes = attributes.get('class')?.split(' ') ?? [];
    if (open === 'h1') lines.push('', '#');
    else if (open === 'section' || classes.includes('diagrams')) lines.push('');
    else if (open === 'h2' || open === 'summary') line = new Line(`[`, `]`);
    else if (classes.includes('subtitle') || classes.includes('facts') || classes.includes('note')) line = new Line();
    else if (classes.includes('comment') || classes.includes('change')) line = new Line('(', ')');
    else if (classes.includes('line')) line = new Line();
    else if (classes.includes('cell')) line?.add(line.words === '' ? '' : ' ');
    else if (open === 'figcaption') line ??= new Line();
    else if (open === 'svg') {
      line?.add(` ${attributes.get('aria-label')}`);
      isPicture = true;
    } else if (close === 'svg') isPicture = false;
    if (attributes.has('data-chord')) line?.over(attributes.get('data-chord') ?? '');
    if (attributes.get('data-kind') === 'empty') line?.add('.');
    if (text !== undefined && !isPicture) {
      if (line) line.add(text);
      else if (lines.at(-1) === '#') lines[lines.length - 1] = `# ${text}`;
    }
    if (['h2', 'summary', 'p', 'div', 'figure'].includes(close ?? '') && line) {
      lines.push(...line.rows());
      line = undefined;
    }
  }
  return `${lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()}\n`;
}

/** A line of the sheet, with what stands over it. */
class Line {
  words = '';
  #chords = '';
  #before: string;
  #after: string;

  constructor(before = '', after = '') {
    this.#before = before;
    this.#after = after;
  }

  over(chord: string): void {
    if (this.#chords.length >= this.words.length && this.#chords !== '')
      this.words = this.words.padEnd(this.#chords.length + 1, '-');
    this.#chords = this.#chords.padEnd(this.words.length) + chord;
  }

  add(text: string): void {
    this.words += text.replaceAll('\u00a0', ' ');
  }

  rows(): string[] {
    const words = `${this.#before}${this.words}${this.#after}`.trimEnd();
    return [this.#chords, words].filter((row) => row.trim() !== '');
  }
}

interface Tag {
  open?: string;
  close?: string;
  text?: string;
  attributes: Map<string, string>;
}

function* tagsOf(markup: string): Generator<Tag> {
  for (const [, slash, name, written = '', text] of markup.matchAll(/<(\/?)([a-z0-9]+)((?:\s[^<>]*)?)>|([^<]+)/g)) {
    if (text !== undefined) yield { text: unescaped(text), attributes: new Map() };
    else if (name !== undefined && slash) yield { close: name, attributes: new Map() };
    else if (name !== undefined) {
      const attributes = new Map<string, string>();
      for (const [, key = '', value = ''] of written.matchAll(/([\w-]+)="([^"]*)"/g))
        attributes.set(key, unescaped(value));
      yield { open: name, attributes };
    }
  }
}

function unescaped(text: string): string {
  return text.replace(
    /&(lt|gt|amp|quot|#x27);/g,
    (_, name: string) => ({ lt: '<', gt: '>', amp: '&', quot: '"' })[name] ?? "'",
  );
}
