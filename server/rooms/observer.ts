import type { Document } from '../documents/document.ts';
import type { News } from '../logs/log.ts';
import type { Member } from './member.ts';

/** Told of what happens in rooms, by their keys, beside those who are there. No room waits for it. */
export interface Observer {
  /** A room is in memory. */
  loaded(key: string, document: Document): void;
  /** Something was written, and is in the document; whether it was written here. Without entries: it has another history. */
  changed(key: string, document: Document, news: News, here: boolean): void;
  joined(key: string, member: Member): void;
  left(key: string, member: Member): void;
  /** The last one has left here. */
  emptied(key: string): void;
}
