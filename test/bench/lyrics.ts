import { Random } from '../support/random.ts';

const words = ['the ', 'rain ', 'sings ', 'over ', 'the ', 'town, ', 'and ', 'we ', 'café ', 'sing ', 'it ', '🎶\n'];

/** A text of about so many bytes. */
export function lyrics(bytes: number): string {
  const random = new Random(1);
  let written = '';
  while (written.length < bytes) written += random.pick(words);
  return written;
}
