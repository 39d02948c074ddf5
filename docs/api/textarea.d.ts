/** The public face of `tutti/textarea`, as tsc declares it: written by `npm run docs`, to be read in a diff. */
import type { EditableText, Room } from 'tutti/client';
export { bindTextarea };

declare function bindTextarea(
  element: HTMLTextAreaElement | HTMLInputElement,
  room: Room,
  text?: EditableText,
): () => void;
