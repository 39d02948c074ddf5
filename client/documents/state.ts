import type { DocumentType, Entry } from '../../shared/documents/type.ts';
import type { Answer, Cursor, RoomState, ServerPayload, Since } from '../../shared/events.ts';
import { checkSize, type Json } from '../../shared/json.ts';
import { monotonic } from '../../shared/monotonic.ts';
import { Refusal, toRefusal } from '../../shared/refusals.ts';
import type { Role } from '../../shared/rooms.ts';
import type { RefusalMessage } from '../connection/state.ts';
import { Listeners } from '../listeners.ts';
import { Pace } from './exchange/pace.ts';
import { Standing } from './exchange/standing.ts';
import type { Need, Status } from './exchange/status.ts';
import type { ShownCursor } from './text/cursors.ts';
import type { Message, RoomDocument, Saved, Surroundings } from './type.ts';

/** How many entries are taken at once, at most: fewer than any content lets go of without having shown them. */
const atOnce = 100;

/** A command that is not yet known to be in the log. */
interface Waiting {
  operation: unknown;
  /** From when on it was sent. */
  sequence?: number | undefined;
  /** The message whose answer is awaited, of the first; undefined where it must be sent (again). */
  message?: Message | undefined;
  /** What becomes of it. */
  done: Promise<number>;
  resolve(revision: number): void;
  reject(refusal: Refusal): void;
}

/** What is kept across reloads: the content as it was last, and the commands that were on their way. */
export interface SavedState extends Saved {
  content: unknown;
  waiting: { operation: unknown; sequence?: number | undefined }[];
}

export interface SharedStateEvents<Content> {
  /** The content is another one. */
  change: Content;
  status: Status;
  /** A command was not taken: also one that was made before a reload, for which nobody waits any more. */
  refused: { operation: unknown; refusal: Refusal };
}

/**
 * What a room holds that is changed by commands: the content as the log has it, and the commands on their way there, one
 * message after the other. A command is sent until it is known what became of it, also after a reload, and is done once.
 *
 * Pure: it knows no socket and no page.
 */
export abstract class SharedState<
  Content,
  Command,
  Events extends SharedStateEvents<Content> = SharedStateEvents<Content>,
  Position = Json,
> implements RoomDocument
{
  /** What it is, such as `session` or `feed`. */
  readonly name: string;
  #client_id: string;
  protected readonly surroundings: Surroundings;
  protected readonly listeners = new Listeners<Events>();
  readonly #type: DocumentType<Content, Command, Position>;
  #content: Content;
  readonly #stand = new Standing();
  #sequence = 0;
  #role: Role | undefined;
  #refusal: RefusalMessage | undefined;
  /** Why the room takes no commands: one is not in it any more, and comes back only when the application says so. */
  #over: Refusal | undefined;
  /** In the order in which they were made; those that go in one message have one sequence. */
  readonly #waiting: Waiting[] = [];
  /** How many of them go in one message, at most: fewer, where one of several was refused, until it is known which. */
  #most = Number.POSITIVE_INFINITY;
  readonly #cursors = new Map<string, ShownCursor<Position>>();
  readonly #pace = new Pace();

  constructor(type: DocumentType<Content, Command, Position>, surroundings: Surroundings) {
    this.#client_id = surroundings.client_id;
    this.name = type.name;
    this.surroundings = surroundings;
    this.#type = type;
    this.#content = type.create();
  }

  get client_id(): string {
    return this.#client_id;
  }

  /** As the log has it. A new object whenever it changes. */
  get content(): Content {
    return this.#content;
  }

  get status(): Status {
    return {
      state: this.#stand.isAtHead ? 'synchronized' : 'synchronizing',
      hasUnsent: this.#waiting.length > 0,
      refusal: this.#refusal,
      role: this.#role,
    };
  }

  /** Returns how to stop listening. */
  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): () => void {
    return this.listeners.on(name, listener);
  }

  /** Where this replica stands. */
  get since(): Since {
    return this.#stand.since;
  }

  get need(): Need | undefined {
    return this.#stand.need(this.since.revision > 0);
  }

  get wait(): number {
    return this.#pace.wait(monotonic());
  }

  outgoing(limits: { max_message_bytes: number }): Message | undefined {
    const [first] = this.#waiting;
    if (!first || first.message || this.need || this.wait > 0) return undefined;
    // One that was sent before may be in the log.
    if (first.sequence === undefined) {
      if (!this.#fits(first, limits.max_message_bytes)) return this.outgoing(limits);
      this.#sequence += 1;
      const together = this.together(this.unsent, limits.max_message_bytes);
      for (const one of this.#waiting.slice(0, Math.min(together, this.#most))) one.sequence = this.#sequence;
    }
    this.#pace.sent(monotonic());
    const operation = this.joint(this.#onItsWay.map((one) => one.operation));
    first.message = { operation, revision: this.#stand.revision, sequence: first.sequence ?? this.#sequence };
    return first.message;
  }

  refused(message: Message, refusal: RefusalMessage): void {
    const [first] = this.#waiting;
    if (!first || message !== first.message) return;
    const { error_code, retry_after_ms = 1_000 } = refusal;
    first.message = undefined;
    if (error_code === 'conflict' || error_code === 'unauthorized') {
      this.#stand.isJoined = false;
    } else if (error_code === 'rate_limited' || error_code === 'unavailable' || error_code === 'internal') {
      this.#refusal = refusal;
      this.#pace.retry(monotonic(), retry_after_ms, error_code === 'rate_limited');
    } else if (this.#onItsWay.length > 1) {
      this.#most = this.#onItsWay.length >> 1;
      for (const one of this.#onItsWay) one.sequence = undefined;
    } else {
      this.#waiting.shift();
      this.#refuse(first, toRefusal(refusal));
    }
    this.report();
  }

  unanswered(message: Message): void {
    const [first] = this.#waiting;
    if (message === first?.message) first.message = undefined;
  }

  disconnected(over?: Refusal): void {
    this.#stand.isJoined = false;
    this.#over = over;
    this.#sendAgain();
    // Who leaves has what is on its way kept, for the next time.
    if (over)
      for (const { reject } of over.error_code === 'not_found' ? this.#waiting : this.#waiting.splice(0)) reject(over);
    this.report();
  }

  reset(client_id: string): void {
    const given = this.#waiting.splice(0);
    this.#client_id = client_id;
    this.#stand.move({ epoch: '', revision: 0 });
    this.#sequence = 0;
    this.#role = undefined;
    this.#refusal = undefined;
    this.#cursors.clear();
    this.#load(this.#type.create());
    for (const { reject } of given) reject(new Refusal('forbidden', 'somebody else is here'));
    this.report();
  }

  joined(state: RoomState): void {
    const { epoch, revision, proof, role, sequence, operations, document, cursors } = state;
    this.#stand.isJoined = true;
    this.#cursors.clear();
    this.cursorsMoved(cursors);
    this.#over = undefined;
    this.#role = role;
    this.#refusal = undefined;
    const goesOn = document !== undefined && this.goesOn(state);
    if (document && !goesOn) {
      this.#stand.move({ epoch, revision, proof });
      this.#load(this.#read(document.content));
    } else {
      const missed = operations ?? [];
      this.#advance(epoch, revision - missed.length, missed, proof);
    }
    // What the log has of these came with the document, or long before; or comes with the entries that are asked for.
    const comes = goesOn && !this.isHeld;
    while (!comes && (this.#waiting[0]?.sequence ?? Number.POSITIVE_INFINITY) <= sequence) this.#taken(revision);
    this.#sequence = Math.max(this.#sequence, sequence);
    this.#sendAgain();
    this.report();
  }

  updated({ epoch, revision, operations, proof }: ServerPayload<'collaboration_update'>): void {
    this.#advance(epoch, revision, operations, proof);
    this.#stand.compare(operations, proof);
    this.report();
  }

  caughtUp({ epoch, revision, operations, proof }: Answer<'get_operations'>): void {
    if (operations) this.#advance(epoch, revision - operations.length, operations, proof);
    else this.#stand.isJoined = false;
    this.report();
  }

  headed({ epoch, revision }: ServerPayload<'room_head'>): void {
    this.#stand.hear(epoch, revision);
    this.report();
  }

  roleChanged({ role }: ServerPayload<'role_changed'>): void {
    this.#role = role;
    this.report();
  }

  /** The cursors of others: a position is what setCursor() of the room was given there. */
  get otherCursors(): readonly ShownCursor<Position>[] {
    return [...this.#cursors.values()];
  }

  cursorsMoved(cursors: readonly Cursor[]): void {
    for (const { client_id, user_id, position } of cursors) {
      if (client_id === this.client_id) continue;
      if (position === null) this.#cursors.delete(client_id);
      else this.#cursors.set(client_id, { client_id, user_id, position: position as Position });
    }
  }

  toWire(position: Position | null): { position: unknown } {
    return { position };
  }

  save(): SavedState {
    const { client_id, since } = this;
    const content = this.#type.save ? this.#type.save(this.#content) : this.#content;
    const waiting = this.#waiting.map(({ operation, sequence }) => ({ operation, sequence }));
    return { client_id, ...since, sequence: this.#sequence, content, waiting };
  }

  restore({ client_id, epoch, revision, proof, sequence, content, waiting }: SavedState): void {
    const loaded = this.#read(content);
    this.#client_id = client_id;
    this.#stand.move({ epoch, revision, proof });
    this.#sequence = sequence;
    const before = waiting.map(({ operation, sequence }) => waitingFor(operation, sequence));
    for (const { done } of before) done.catch(() => {});
    this.#waiting.unshift(...before);
    this.#load(loaded);
    this.report();
  }

  behind(found: SavedState, { waiting }: SavedState): SavedState {
    return { ...found, waiting: [...found.waiting, ...waiting] };
  }

  /** Resolves with the revision that the command made, once it is in the log. Throws a Refusal. */
  protected command(operation: Command): Promise<number> {
    if (this.#over) return Promise.reject(this.#over);
    const waiting = this.#mergedIntoLast(operation) ?? waitingFor(operation);
    if (waiting !== this.#waiting.at(-1)) this.#waiting.push(waiting);
    this.report();
    return waiting.done;
  }

  /** The commands that are not yet known to be in the log, in the order in which they were made. */
  protected get unsent(): readonly unknown[] {
    return this.#waiting.map(({ operation }) => operation);
  }

  /** One command that does what `first` and then `second` do, where neither was sent; undefined where both go as they are. */
  protected merged(_first: unknown, _second: unknown): unknown {
    return undefined;
  }

  /** How many of the commands that wait go in the next message, which may have so many bytes: at least one. */
  protected together(_waiting: readonly unknown[], _max_message_bytes: number): number {
    return 1;
  }

  /** The operation that these commands are together. */
  protected joint([operation]: readonly unknown[]): unknown {
    return operation;
  }

  /** Ends whatever may have changed content, status, or what is unsent. */
  protected report(): void {
    this.listeners.emit('status', this.status);
  }

  /** Takes an entry, which made `revision`; the content is the one after it. */
  protected took(_entry: Entry<Command>, _revision: number): void {}

  /** Whether what lies between is asked for, though the document came whole. */
  protected goesOn(_state: RoomState): boolean {
    return false;
  }

  /** Whether no entries are taken now: where they begin is where this stands. */
  protected get isHeld(): boolean {
    return false;
  }

  /** The content is another one: `before` went over into it, entry by entry, unless it came whole. */
  protected changed(_before: Content, _whole: boolean): void {
    this.listeners.emit('change', this.#content);
  }

  /** Those of the first message, which was sent. */
  get #onItsWay(): Waiting[] {
    const [first] = this.#waiting;
    const end = this.#waiting.findIndex(({ sequence }) => sequence !== first?.sequence);
    return first?.sequence === undefined ? [] : this.#waiting.slice(0, end < 0 ? undefined : end);
  }

  /** The last that waits, where the next is a part of it now. */
  #mergedIntoLast(next: unknown): Waiting | undefined {
    const last = this.#waiting.at(-1);
    if (!last || last.sequence !== undefined) return undefined;
    const merged = this.merged(last.operation, next);
    if (merged === undefined) return undefined;
    last.operation = merged;
    return last;
  }

  #read(content: unknown): Content {
    return this.#type.load ? this.#type.load(content) : (content as Content);
  }

  #load(content: Content): void {
    const before = this.#content;
    this.#content = content;
    this.changed(before, true);
  }

  /** Takes entries of which the first follows a revision: skips what it has, and leaves alone what comes after a gap. */
  #advance(epoch: string, revision: number, entries: readonly unknown[], proof: string | undefined): void {
    if (this.isHeld) {
      this.#overhear(epoch, revision, entries as Entry<Command>[]);
      return;
    }
    const fresh = this.#stand.fresh(epoch, revision, entries, proof) as Entry<Command>[];
    for (let taken = 0; taken < fresh.length; taken += atOnce) {
      const before = this.#content;
      for (const entry of fresh.slice(taken, taken + atOnce)) this.#take(entry);
      this.changed(before, false);
    }
  }

  #take(entry: Entry<Command>): void {
    this.#stand.revision += 1;
    const { revision } = this.#stand;
    this.#content = this.#type.apply(this.#content, entry, revision);
    this.took(entry, revision);
    this.#landed(entry, revision);
  }

  /** Of entries that are not taken now, those that answer what was sent count. */
  #overhear(epoch: string, after: number, entries: readonly Entry<Command>[]): void {
    const { head } = this.#stand;
    if (!this.#stand.hear(epoch, after + entries.length)) return;
    // What was not heard may have been the answer, which a join tells.
    if (after > head && entries.length > 0) this.#stand.isJoined = false;
    for (const [index, entry] of entries.entries()) this.#landed(entry, after + index + 1);
  }

  /** An entry that is one's own answers what was sent. */
  #landed({ client_id, sequence }: Entry<Command>, revision: number): void {
    const [first] = this.#waiting;
    if (client_id === this.client_id && first?.sequence !== undefined && sequence === first.sequence)
      this.#taken(revision);
  }

  #taken(revision: number): void {
    this.#refusal = undefined;
    this.#pace.taken();
    this.#most *= 2;
    const taken = this.#waiting.splice(0, this.#onItsWay.length);
    for (const { resolve } of taken) resolve(revision);
  }

  /** Rejects a command that is too large: the server would, or could not even read it. */
  #fits(waiting: Waiting, limit: number): boolean {
    try {
      checkSize('operation', waiting.operation, limit);
      return true;
    } catch (refusal) {
      this.#waiting.shift();
      this.#refuse(waiting, refusal as Refusal);
      this.report();
      return false;
    }
  }

  #refuse({ operation, reject }: Waiting, refusal: Refusal): void {
    reject(refusal);
    this.listeners.emit('refused', { operation, refusal });
  }

  /** Nobody knows what became of the message on its way. The log takes a sequence once, so it is sent again. */
  #sendAgain(): void {
    const [first] = this.#waiting;
    if (first) first.message = undefined;
  }
}

/** A command that is made now, or was sent before under a sequence. */
function waitingFor(operation: unknown, sequence?: number): Waiting {
  let [resolve, reject]: [Waiting['resolve'], Waiting['reject']] = [() => {}, () => {}];
  const done = new Promise<number>((taken, refused) => {
    [resolve, reject] = [taken, refused];
  });
  return { operation, sequence, done, resolve, reject };
}
