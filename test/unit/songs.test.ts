import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { sheetText } from '../support/sheetText.ts';

const folder = new URL('songs/', import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith('.cho'));

/** What is shown of a song as it is written, and three semitones higher. */
function shown(source: string): string {
  return `${sheetText(source)}\n---- three semitones higher\n\n${sheetText(source, { transpose: 3 })}`;
}

describe('a song in ChordPro', () => {
  for (const name of names) {
    it(`is shown as its picture in words has it: ${name}`, () => {
      const source = readFileSync(new URL(name, folder), 'utf8');
      const picture = readFileSync(new URL(name.replace('.cho', '.txt'), folder), 'utf8');
      assert.equal(shown(source), picture);
    });
  }
});
