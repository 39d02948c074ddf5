import { type RefObject, useEffect } from 'react';
import type { Line, Song } from './chordpro/model.ts';
import { toPlainLines } from './chordpro/plainText.ts';
import { playerOf, type Setting, shiftOf } from './playing.ts';

/** Whole lines of the sheet are copied with their chords above the words; a piece of one is copied as it is. */
export function useCopying(sheet: RefObject<HTMLElement | null>, songs: readonly Song[], setting: Setting): void {
  useEffect(() => {
    const element = sheet.current;
    const copy = (event: ClipboardEvent) => {
      const selection = getSelection();
      if (!element || !selection || selection.isCollapsed) return;
      const text = copied(element, selection, songs, setting);
      if (text === undefined) return;
      event.clipboardData?.setData('text/plain', text);
      event.preventDefault();
    };
    element?.addEventListener('copy', copy);
    return () => element?.removeEventListener('copy', copy);
  }, [sheet, songs, setting]);
}

/** What a selection is as text; undefined where it is within a line. */
function copied(sheet: Element, selection: Selection, songs: readonly Song[], setting: Setting): string | undefined {
  const elements = [...sheet.querySelectorAll<HTMLElement>('.line, h1, h2, .subtitle, .facts')].filter((element) =>
    selection.containsNode(element, true),
  );
  const lines = elements.filter(({ dataset }) => dataset.name !== undefined);
  if (lines.length === 0) return undefined;
  const [only] = lines;
  const isWithin = lines.length === 1 && selection.toString().trim() !== only?.textContent?.trim();
  if (elements.length === lines.length && isWithin) return undefined;
  const pieces: string[] = [];
  let before = '';
  for (let at = 0; at < elements.length; at += 1) {
    const { dataset, tagName } = elements[at] as HTMLElement;
    const name = dataset.name;
    if (name === undefined) {
      const text = elements[at]?.textContent ?? '';
      if (tagName === 'H2' && pieces.length > 0) pieces.push('');
      if (text !== '') pieces.push(tagName === 'H2' ? `[${text}]` : text);
      before = tagName === 'H2' ? '' : 'heading';
      continue;
    }
    const place = name.slice(0, name.lastIndexOf(' '));
    if (before !== '' && before !== place) pieces.push('');
    before = place;
    const found = lineOf(songs, name);
    if (found) pieces.push(...toPlainLines([found.line], playerOf(found.song, shiftOf(found.song, setting))));
  }
  return pieces.join('\n');
}

function lineOf(songs: readonly Song[], name: string): { song: Song; line: Line } | undefined {
  const [song = 0, section = 0, at = 0] = name.split(' ').map(Number);
  const line = songs[song]?.sections[section]?.lines[at];
  return songs[song] && line && { song: songs[song], line };
}
