import { LargeJson } from '../../shared/documents/largeJson.ts';
import { text } from '../../shared/documents/text.ts';
import type { DocumentMessage } from '../../shared/events.ts';
import type { Stand } from '../rooms/stand.ts';

/** A text as it was read. */
export interface ReadText extends Stand {
  text: string;
}

/** The text that a document is, as it is shown; undefined where it is none. */
export function textShown({ type, content }: DocumentMessage): string | undefined {
  const whole = content instanceof LargeJson ? content.toJSON() : content;
  return type === text.name && typeof whole === 'string' ? whole : undefined;
}
