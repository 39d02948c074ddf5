import { readFileSync, writeFileSync } from 'node:fs';

/** Where the figures are told. */
const path = 'docs/PERFORMANCE.md';
/** How many of a row's cells say what it is of. */
const named = 2;

/** The table behind `<!-- name -->`: its lines before the rows, and the rows. */
interface Table {
  start: number;
  end: number;
  rows: string[][];
}

/** The rows of a table of docs/PERFORMANCE.md, without its head. */
export function rowsOfPage(name: string, page = readFileSync(path, 'utf8')): string[][] {
  return tableOf(name, page).rows;
}

/** Puts rows into a table of docs/PERFORMANCE.md, in the order of `all`; a row that was not measured stays as it is. */
export function writeToPage(name: string, all: string[][], measured: string[][]): void {
  const page = readFileSync(path, 'utf8');
  writeFileSync(path, withRows(page, name, all, measured));
}

/** The page with them; where the table lacks a row of `all`, and it was not measured, that row itself. */
export function withRows(page: string, name: string, all: string[][], measured: string[][]): string {
  const { start, end, rows } = tableOf(name, page);
  const lines = all.map((row) => [...measured, ...rows].find((other) => keyOf(other) === keyOf(row)) ?? row);
  return page.slice(0, start) + lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('') + page.slice(end);
}

/** Which row it is. */
export function keyOf(row: string[]): string {
  return row.slice(0, named).join(': ');
}

function tableOf(name: string, page: string): Table {
  const found = new RegExp(`<!-- ${name} -->\\n\\n(?:\\|.*\\n){2}`).exec(page);
  if (!found) throw new Error(`${path} has no table behind <!-- ${name} -->`);
  const start = found.index + found[0].length;
  const [text = ''] = /^(?:\|.*\n)*/.exec(page.slice(start)) ?? [];
  const rows = text.split('\n').filter((line) => line !== '');
  return { start, end: start + text.length, rows: rows.map(cellsOf) };
}

function cellsOf(line: string): string[] {
  return line
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim());
}
