import type { Entry } from '../../shared/documents/type.ts';
import type { Answer, DocumentMessage, RoomState, Since } from '../../shared/events.ts';
import { Refusal } from '../../shared/refusals.ts';
import type { Role, RoomId } from '../../shared/rooms.ts';
import type { Document } from '../documents/document.ts';
import type { Log } from '../logs/log.ts';
import type { Cursors } from './cursors.ts';
import { readHistory } from './history.ts';
import type { Presence } from './presence.ts';
import type { Typing } from './typing.ts';
import type { Writer } from './writer.ts';

export interface ReadingOptions {
  key: string;
  room_id: RoomId;
  log: Log;
  document: Document;
  writer: Writer;
  presence: Presence;
  cursors: Cursors;
  typing: Typing;
}

/** What a client may read of a room. What is read changes nothing. */
export class Reading {
  readonly #options: ReadingOptions;

  constructor(options: ReadingOptions) {
    this.#options = options;
  }

  /** The room as a client sees it that joins; only what it missed where it says since when and the log reaches back. */
  state(client_id: string, role: Role, since?: Since): RoomState {
    const { room_id, document, writer, presence, cursors, typing } = this.#options;
    const { epoch, revision } = document;
    const missed = since && this.#missed(since);
    return {
      room_id,
      role,
      epoch,
      revision,
      recovered: missed !== undefined,
      ...(missed ? { operations: missed } : { document: this.#saved() }),
      sequence: writer.record(client_id)?.sequence ?? 0,
      participants: presence.list(),
      participant_count: presence.count,
      cursors: cursors.list(),
      typing: typing.list(),
    };
  }

  /** Fetches what operations() needs, where memory has let it go. */
  async reachBack({ epoch, revision }: Since): Promise<void> {
    if (epoch === this.#options.document.epoch || revision === 0) await this.#options.writer.reachBack(revision);
  }

  /** The entries since a revision, or the document where the log no longer reaches back. Refuses `conflict`. */
  operations(since: Since, limit: number): Answer<'get_operations'> {
    const { room_id, document } = this.#options;
    const { epoch, revision } = document;
    if (since.epoch !== epoch && since.revision > 0) {
      throw new Refusal('conflict', `${room_id} is in another epoch: join again`);
    }
    if (since.revision > revision) {
      throw new Refusal('conflict', `revision ${since.revision} is not there yet, the document is at ${revision}`);
    }
    const missed = this.#missed(since);
    if (!missed) return { epoch, revision, document: this.#saved(), more: false };
    const operations = missed.slice(0, limit);
    const reached = since.revision + operations.length;
    return { epoch, revision: reached, operations, more: reached < revision };
  }

  /** The entries of a feed before one of them. Refuses `bad_request` where the room is no feed. */
  history(before: string | undefined, limit: number): Promise<Answer<'get_history'>> {
    return readHistory(this.#options, before, limit);
  }

  #missed({ epoch, revision }: Since): Entry[] | undefined {
    const { document } = this.#options;
    const sameHistory = epoch === document.epoch || revision === 0;
    if (!sameHistory || revision > document.revision || revision < document.reach) return undefined;
    return [...document.since(revision)];
  }

  #saved(): DocumentMessage {
    const { type, content } = this.#options.document;
    return { type: type.name, content: type.save(content) };
  }
}
