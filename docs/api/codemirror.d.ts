/** The public face of `tutti/codemirror`, as tsc declares it: written by `npm run docs`, to be read in a diff. */
import type { Extension } from '@codemirror/state';
import type { Room } from 'tutti/client';
export { tutti };
export type { TuttiOptions };

interface TuttiOptions {
  colorOf?: (user_id: string) => string;
}

declare function tutti(room: Room, { colorOf }?: TuttiOptions): Extension;
