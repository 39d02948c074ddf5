/** The text of a file, whatever it is encoded in; what is no text is refused, in words for people. */

import type { PlainText } from '../../texts/t.ts';

export type Decoded = { text: string } | { refusal: PlainText };

/** Files that begin so are no text. */
const kinds: readonly (readonly [beginning: string, what: PlainText])[] = [
  ['%PDF', 'This is a PDF. Copy the song out of it as text, and paste it into the editor.'],
  ['PK\u0003\u0004', 'This is a document or an archive, no text. Save the song as plain text first.'],
  ['\u00d0\u00cf\u0011\u00e0', 'This is a document of a word processor. Save the song as plain text first.'],
  ['{\\rtf', 'This is formatted text (RTF). Save the song as plain text first.'],
  ['\u0089PNG', 'This is a picture.'],
  ['\u00ff\u00d8\u00ff', 'This is a picture.'],
  ['GIF8', 'This is a picture.'],
  ['MThd', 'This is a MIDI file.'],
  ['ID3', 'This is a recording.'],
];
const noText: PlainText = 'This is no text: nothing in it can be read.';
/** No song is longer, in bytes. */
const largest = 1_000_000;

export function decoded(bytes: Uint8Array): Decoded {
  if (bytes.length > largest) return { refusal: 'This file is larger than any song: 1 MB at most.' };
  const beginning = String.fromCharCode(...bytes.subarray(0, 8));
  const kind = kinds.find(([start]) => beginning.startsWith(start));
  if (kind) return { refusal: kind[1] };
  const text = textOf(bytes);
  if (text === undefined) return { refusal: noText };
  return text.trim() === '' ? { refusal: 'This file is empty.' } : { text };
}

/** undefined where it is no text in any encoding. */
function textOf(bytes: Uint8Array): string | undefined {
  const wide = wideEncodingOf(bytes);
  const text = wide ? new TextDecoder(wide).decode(bytes) : (read('utf-8', bytes) ?? mixed(bytes));
  return text.includes('\0') || strangeIn(text) > text.length / 200 ? undefined : text;
}

/** How many control characters there are, which are of no song, and signs for what could not be read. */
function strangeIn(text: string): number {
  let strange = 0;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text.charCodeAt(at);
    if (letter === 0xfffd || (letter < 0x20 && !(letter >= 0x09 && letter <= 0x0d))) strange += 1;
  }
  return strange;
}

/** UTF-16 has a mark at its beginning or, where letters are Latin, a zero in every second place. */
function wideEncodingOf(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  const start = bytes.subarray(0, 400);
  const zeros = [0, 1].map((at) => start.filter((byte, place) => byte === 0 && place % 2 === at).length);
  const [even = 0, odd = 0] = zeros;
  if (odd > start.length / 4 && even === 0) return 'utf-16le';
  return even > start.length / 4 && odd === 0 ? 'utf-16be' : undefined;
}

/** Each line in UTF-8 or, where it is none, in Windows-1252, of which ISO 8859-1 is a part: some files were put together. */
function mixed(bytes: Uint8Array): string {
  const lines: string[] = [];
  let from = 0;
  while (from < bytes.length) {
    const end = bytes.indexOf(0x0a, from);
    const line = bytes.subarray(from, end < 0 ? undefined : end + 1);
    lines.push(read('utf-8', line) ?? windows(line));
    from += line.length;
  }
  return lines.join('');
}

/** What Windows-1252 has where ISO 8859-1 has control characters, from 0x80 on. Not every program decodes it so. */
const windowsSigns = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

function windows(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) =>
    byte >= 0x80 && byte < 0xa0 ? windowsSigns.charAt(byte - 0x80) : String.fromCharCode(byte),
  ).join('');
}

function read(encoding: string, bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
