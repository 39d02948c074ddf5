import { type DocumentType, fields, text } from '../../shared/index.ts';

/** Lines that are put behind those that are there: a small kind of an application's own. */
export type Lines = readonly string[];
export interface Line {
  line: string;
}

const append = fields({ line: text(1, 10_000) });

export const lines: DocumentType<Lines, Line> = {
  name: 'lines',
  create: () => [],
  decode: (raw) => append(raw, 'operation'),
  apply: (content, { operation: { line } }) => [...content, line],
};
