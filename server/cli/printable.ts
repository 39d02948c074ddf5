import { stripVTControlCharacters } from 'node:util';

/** What shows nothing, and does something: controls, and what turns letters round. */
const controls = /(?![\n\t])[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069\u061c]/gu;

/** A text that others wrote, as it may be printed in a terminal: it is read there, and does nothing. */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replace(controls, '');
}

/** The same on one line: nobody writes a line that looks like another's. */
export function printableLine(text: string): string {
  return printable(text).replace(/[\n\t\u2028\u2029]+/g, ' ');
}

/** A line of JSON, which says what it had, and does nothing either. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(controls, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
