import type { Entry } from '../../shared/documents/type.ts';
import type { Answer, DocumentMessage, RoomState, Since } from '../../shared/events.ts';
import { Refusal } from '../../shared/refusals.ts';
import type { Role, RoomId } from '../../shared/rooms.ts';
import type { Document } from '../documents/document.ts';
import type { HistoryRules } from '../kinds/kind.ts';
import { isOther } from '../logs/head.ts';
import type { Log } from '../logs/log.ts';
import { Damaged } from '../logs/proof.ts';
import type { Accounts } from './accounts.ts';
import type { Cursors } from './cursors.ts';
import { readHistory } from './history.ts';
import { type Missed, missedSince, type Older, readMissed, readOlder } from './missed.ts';
import type { Presence } from './presence.ts';
import type { Typing } from './typing.ts';
import { anotherEpoch, type Writer } from './writer.ts';

/** Contents as they are sent, as long as somebody has them. */
const shown = new WeakMap<object, WeakRef<DocumentMessage>>();
/** Of a room of which nobody has missed so much. */
const nowhere = { epoch: '', revision: -1 };

/** What comparing a unit of a text takes, in parts of an operation looked at. */
const unitCost = 10;

export interface ReadingOptions {
  key: string;
  room_id: RoomId;
  log: Log;
  document: Document;
  accounts: Accounts;
  /** What its kind says of what is older than the document; undefined where it has no such thing. */
  history: HistoryRules<unknown, unknown> | undefined;
  /** What is told of its limits, where they are its own. */
  limits: RoomState['limits'];
  writer: Writer;
  presence: Presence;
  cursors: Cursors;
  typing: Typing;
  /** Told of what the log has that is not what was written. */
  onError(error: unknown): void;
}

/**
 * What a client may read of a room. What is read changes nothing, and is paid by who reads it: where that one has read too
 * much, it is refused as `rate_limited`.
 */
export class Reading {
  readonly #options: ReadingOptions;
  /** Up to which revision one has missed more than one answer carries: that grows, and is not read again to be found out. */
  #tooFar = nowhere;

  constructor(options: ReadingOptions) {
    this.#options = options;
  }

  /** Fetches what memory lacks of the entries since a revision, for missed(). Refuses `deleted` and `rate_limited`. */
  async older(since: Since | undefined, user_id: string): Promise<Older> {
    const { accounts, document, onError } = this.#options;
    accounts.take(user_id, 'bytes', 0);
    await this.#checkDeleted(since);
    if (!since) return { entries: [] };
    const { epoch } = document;
    const { revision } = since;
    const isTooFar = epoch === this.#tooFar.epoch && revision <= this.#tooFar.revision;
    const older = await readOlder(this.#options, since, isTooFar, onError);
    if (older.inVain === undefined) return older;
    accounts.charge(user_id, 'bytes', older.inVain);
    this.#tooFar = { epoch, revision };
    return older;
  }

  /** All entries since a revision; without them the document is to be read in their place. */
  missed(since: Since | undefined, older: Older, user_id: string): Missed {
    const { document, accounts } = this.#options;
    const missed = since ? missedSince(document, since, older) : {};
    accounts.take(user_id, 'bytes', this.#weigh(missed.entries));
    return missed;
  }

  /** The room as it is, for a user that reads it. */
  read(client_id: string, role: Role, user_id: string): RoomState {
    this.#options.accounts.take(user_id, 'bytes', this.#weigh());
    return this.state(client_id, role);
  }

  /** What the room holds, for whoever is not in it; a service, which is no user, pays nothing. Refuses `rate_limited`. */
  held(user_id?: string): { epoch: string; revision: number; timestamp: number; document: DocumentMessage } {
    const { accounts, document } = this.#options;
    if (user_id !== undefined) accounts.take(user_id, 'bytes', this.#weigh());
    const { epoch, revision, timestamp } = document;
    return { epoch, revision, timestamp, document: this.#saved() };
  }

  /** Pays for comparing so many units of a text with what the room holds. */
  compared(user_id: string, units: number): void {
    this.#options.accounts.charge(user_id, 'transforms', unitCost * units);
  }

  /** The room as a client sees it that joins, paid already; only what it missed, where that is given. */
  state(client_id: string, role: Role, { entries: missed, diverged }: Missed = {}): RoomState {
    const { room_id, document, limits, writer, presence, cursors, typing } = this.#options;
    const { epoch, revision, proof } = document;
    return {
      room_id,
      role,
      ...(limits && { limits }),
      epoch,
      revision,
      proof,
      recovered: missed !== undefined,
      ...(diverged && { diverged }),
      ...(missed ? { operations: [...missed] } : { document: this.#saved() }),
      sequence: writer.record(client_id)?.sequence ?? 0,
      participants: presence.list(),
      participant_count: presence.count,
      cursors: cursors.list(),
      typing: typing.list(),
    };
  }

  /**
   * The entries since a revision, as many as one answer carries, or the document where the log no longer reaches back.
   * A service, which is no user, pays nothing. Refuses `conflict`.
   */
  async operations(since: Since, limit: number, user_id?: string): Promise<Answer<'get_operations'>> {
    const { room_id, document, accounts } = this.#options;
    const { epoch } = document;
    if (since.epoch !== epoch && since.revision > 0) {
      throw new Refusal('conflict', `${room_id} is in another epoch: join again`);
    }
    if (since.revision > document.revision) {
      const message = `revision ${since.revision} is not there yet, the document is at ${document.revision}`;
      throw new Refusal('conflict', message);
    }
    if (user_id !== undefined) accounts.take(user_id, 'bytes', 0);
    const missed = await this.#readMissed(since.revision, limit);
    const reached = since.revision + (missed?.length ?? 0);
    const [known, proof] = await Promise.all([this.#proofAt(since.revision), this.#proofAt(reached)]);
    if (isOther(known, since.proof)) throw new Refusal('conflict', `${room_id} has another history: join again`);
    const { epoch: now, revision } = document;
    // In a room that was empty, none was missed; it may have its first entry since.
    if (epoch !== '' && epoch !== now) throw anotherEpoch();
    if (user_id !== undefined) accounts.charge(user_id, 'bytes', this.#weigh(missed));
    if (!missed) return { epoch: now, revision, proof: document.proof, document: this.#saved(), more: false };
    const at = { epoch: now, revision: reached, ...(proof !== undefined && { proof }) };
    return { ...at, operations: [...missed], more: reached < revision };
  }

  /** The entries of a feed before one of them. Refuses `bad_request` where the room is no feed. */
  async history(before: string | undefined, limit: number, user_id: string): Promise<Answer<'get_history'>> {
    try {
      return await readHistory(this.#options, user_id, before, limit);
    } catch (error) {
      if (error instanceof Damaged) this.#options.onError(error);
      throw error;
    }
  }

  /** What is damaged in the log is as good as trimmed: the document, which is in memory, comes in its place. */
  async #readMissed(revision: number, limit: number): Promise<readonly Entry[] | undefined> {
    try {
      return await readMissed(this.#options, revision, limit);
    } catch (error) {
      if (!(error instanceof Damaged)) throw error;
      this.#options.onError(error);
      return undefined;
    }
  }

  async #proofAt(revision: number): Promise<string | undefined> {
    const { log, key, document } = this.#options;
    const { epoch } = document;
    return revision >= document.reach ? document.proofAt(revision) : log.proof(key, { epoch, revision });
  }

  /** Refuses `deleted` where a client stands in a history that ended with the room. */
  async #checkDeleted(since: Since | undefined): Promise<void> {
    const { key, room_id, log, document } = this.#options;
    if (!since?.epoch || since.epoch === document.epoch || !(await log.wasDeleted(key, since.epoch))) return;
    throw new Refusal('deleted', `${room_id} was deleted: what you have of it can go on as another one`);
  }

  /** Bytes of what is answered: of entries, or where there are none of the document. */
  #weigh(missed?: readonly Entry[]): number {
    const { document } = this.#options;
    return missed ? document.weigh(missed) : document.type.bytes(document.content);
  }

  /** The same object as long as the document is the same, and anybody has it: see Encodings. */
  #saved(): DocumentMessage {
    const { type, content } = this.#options.document;
    const part = typeof content === 'object' && content !== null ? content : {};
    const known = shown.get(part)?.deref();
    if (known?.type === type.name) return known;
    const message: DocumentMessage = { type: type.name, content: type.show(content) };
    shown.set(part, new WeakRef(message));
    return message;
  }
}
