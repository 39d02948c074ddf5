import type { roomKinds } from '../rooms.ts';
import { board } from './board.ts';
import type { AnyDocumentType } from './complete.ts';
import { feed } from './feed.ts';
import { session } from './session.ts';
import { text } from './text.ts';

/** What the rooms of every server hold, by their kinds. */
export const documentTypes: Record<(typeof roomKinds)[number], AnyDocumentType> = {
  song: text,
  session,
  setlist: board,
  talk: feed,
  project: feed,
  channel: feed,
  task: feed,
  user: feed,
};
