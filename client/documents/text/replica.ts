import { composeOperations } from '../../../shared/documents/text/compose.ts';
import { addition, difference } from '../../../shared/documents/text/difference.ts';
import { applyOperation, type TextOperation } from '../../../shared/documents/text/operation.ts';
import { fromText, type Rope, toText } from '../../../shared/documents/text/rope.ts';
import type { OperationLimits } from '../../../shared/documents/type.ts';
import type { Answer, Cursor, RoomState, ServerPayload, Since } from '../../../shared/events.ts';
import type { Refusal } from '../../../shared/refusals.ts';
import type { Role } from '../../../shared/rooms.ts';
import { local } from '../../connection/local.ts';
import type { RefusalMessage } from '../../connection/state.ts';
import { Pace } from '../exchange/pace.ts';
import type { Need, Status } from '../exchange/status.ts';
import { Cursors } from './cursors.ts';
import type { SavedText } from './saved.ts';
import { splitOperation } from './split.ts';
import { type InFlight, type Outgoing, Unsent } from './unsent.ts';

/** What bounds a text, and an operation on it. */
export type TextLimits = OperationLimits & { max_document_bytes: number };
type Update = ServerPayload<'collaboration_update'>;
type Entry = Update['operations'][number];

export interface ReplicaOptions {
  /** Names this replica over reconnections and reloads: one document in one tab. */
  client_id: string;
  /** Milliseconds since whenever. */
  now(): number;
}

/**
 * A replica of a room's text, for whoever has the socket: it takes the server's news, and says what to send. What is
 * confirmed by the log is kept apart from what is unsent, and nothing is given up before it is known to be in the log.
 *
 * Each method that takes news is to be followed by a look at `need`, and then at outgoing().
 */
export abstract class Replica {
  #client_id: string;
  protected readonly now: () => number;
  protected cursors: Cursors;
  protected readonly unsent = new Unsent();
  /** The room's text at `#epoch` and `#revision`. */
  #base: Rope = fromText('');
  #epoch = '';
  #revision = 0;
  /** Of the history up to there, as the server said. */
  #proof: string | undefined;
  /** The highest revision of this epoch that was heard of. */
  #head = 0;
  /** The last one that was given out. */
  #sequence = 0;

  #joined = false;
  #role: Role | undefined;
  readonly #pace = new Pace();
  #refusal: RefusalMessage | undefined;
  /** Why nothing more gets into the log: see RoomDocument. */
  protected over: Refusal | undefined;
  /** How many parts an operation may have, as the server said last. */
  #maxParts = 0;
  /** To send the same again would not help. */
  #halted = false;
  /** The text of a history that the server has no more: what the room lacks of it is brought back, once for all who had it. */
  #lost: string | undefined;
  /** What does so and is on its way, and as pending what of it did not fit into the message. */
  #restoring: Unsent | undefined;
  /** The server cannot have the text that is confirmed here: the whole document is needed. */
  #distrusted = false;

  constructor({ client_id, now }: ReplicaOptions) {
    this.#client_id = client_id;
    this.now = now;
    this.cursors = new Cursors(client_id);
  }

  /** Names this replica over reconnections and reloads. */
  get client_id(): string {
    return this.#client_id;
  }

  /** Takes what others did to the text that is shown; report() follows. */
  protected abstract show(operation: TextOperation): void;

  /** Ends whatever may have changed text or status. */
  protected abstract report(): void;

  get status(): Status {
    const upToDate = this.#joined && this.#head <= this.#revision;
    const hasUnsent = this.unsent.isThere || this.#lost !== undefined;
    return {
      state: upToDate && !hasUnsent ? 'synchronized' : 'synchronizing',
      hasUnsent,
      refusal: hasUnsent ? this.#refusal : undefined,
      role: this.#role,
    };
  }

  /** Where this replica stands. */
  get since(): Since {
    return { epoch: this.#epoch, revision: this.#revision, proof: this.#proof };
  }

  /** What to ask the server first. Asked once, it is needed until the answer is there. */
  get need(): Need | undefined {
    const { since } = this;
    // Nothing is confirmed and nothing was sent: the whole is less than all that led to it.
    const knowsSomething = this.#epoch !== '' || this.#sequence > 0;
    if (!this.#joined || this.#distrusted) {
      return { event: 'join_room', ...(knowsSomething && !this.#distrusted && { since }) };
    }
    return this.#head > this.#revision ? { event: 'get_operations', since } : undefined;
  }

  /**
   * The next message, or undefined where there is none now. Before it leaves, save() must be stored: after a reload only
   * what was saved in flight is recognised in the log.
   */
  outgoing(limits: TextLimits): Outgoing | undefined {
    if (this.need || this.#halted || this.#role === 'viewer' || this.wait > 0) return undefined;
    const sent = this.unsent.inFlight;
    const inFlight = sent ?? this.#nextLost(limits) ?? this.#next(limits);
    if (!inFlight || inFlight.message) return undefined;
    this.#pace.sent(this.now());
    this.#maxParts = limits.max_operation_parts;
    const { operation, sequence } = inFlight;
    const flags = sent ? { again: true as const } : this.#lost !== undefined && { restores: true as const };
    inFlight.message = { operation, revision: this.#revision, sequence, ...flags };
    return inFlight.message;
  }

  /** How many milliseconds it is before outgoing() may have something. */
  get wait(): number {
    return this.#pace.wait(this.now());
  }

  /** A message of outgoing() was refused. That of an earlier message says nothing of one that is on its way. */
  refused(message: Outgoing, refusal: RefusalMessage): void {
    const { error_code, retry_after_ms = 1_000 } = refusal;
    if (message === this.#restoring?.inFlight?.message) this.#restoring = undefined;
    else if (message !== this.unsent.inFlight?.message) return;
    this.unsent.sendAgain();
    this.#refusal = refusal;
    switch (error_code) {
      case 'rate_limited':
      case 'unavailable':
      case 'internal':
      // A viewer's: it waits for another role. That has come meanwhile where one is no viewer now.
      case 'forbidden':
        this.#pace.retry(this.now(), retry_after_ms, error_code === 'rate_limited');
        break;
      case 'conflict':
      case 'not_found':
      case 'unauthorized':
        this.#joined = false;
        break;
      case 'invalid_operation':
        this.#halted = true;
        this.#distrusted = true;
        break;
      // It would never be taken as it is; with what is typed next it may be. The server looks for repeats first, so it is
      // not in the log.
      default:
        // What came apart while it was carried over later entries goes in pieces.
        this.unsent.takeBack();
        this.#halted = message.operation.length <= this.#maxParts;
    }
    this.report();
  }

  /** Nothing was heard of a message of outgoing() for long: a join tells what became of it. */
  unanswered(message: Outgoing): void {
    if (message === (this.#restoring?.inFlight ?? this.unsent.inFlight)?.message) this.#joined = false;
  }

  /** The connection was lost, or the room. */
  disconnected(over?: Refusal): void {
    this.#joined = false;
    this.over = over;
    this.unsent.sendAgain();
    this.report();
  }

  /** The answer to `join_room`. */
  joined(state: RoomState): void {
    const { epoch, revision, proof, sequence, role, operations = [], document, cursors } = state;
    this.#joined = true;
    this.#role = role;
    this.#refusal = undefined;
    const changed = document && this.#merge(state, fromText(document.content as string));
    if (!document) this.#advance(epoch, revision - operations.length, operations, proof);
    this.#restoring = undefined;
    const { inFlight } = this.unsent;
    // All entries are known, and none was the one in flight: someone else went on under our name.
    if (inFlight && sequence >= inFlight.sequence && !this.need) this.unsent.takeBack();
    this.unsent.sendAgain();
    // What does not fit the text that the server has confirmed once more will not fit the next time.
    this.#halted &&= this.#distrusted && !changed;
    this.#distrusted = false;
    this.#sequence = Math.max(this.#sequence, sequence);
    this.cursors.reset(this.#revision, cursors);
    this.report();
  }

  updated({ epoch, revision, operations, proof }: Omit<Update, 'room_id'>): void {
    this.#advance(epoch, revision, operations, proof);
    // Another history, be it of the same name.
    if (operations.length === 0 && proof !== this.#proof) this.#joined = false;
    this.report();
  }

  /** The answer to `get_operations`. */
  caughtUp({ epoch, revision, operations, proof }: Answer<'get_operations'>): void {
    // A document alone does not say what became of the operation in flight; the answer to a join does.
    if (operations) this.#advance(epoch, revision - operations.length, operations, proof);
    else this.#joined = false;
    this.report();
  }

  headed({ epoch, revision }: Pick<ServerPayload<'room_head'>, 'epoch' | 'revision'>): void {
    this.#hear(epoch, revision);
    this.report();
  }

  /** What a viewer has not sent waits until it may. */
  roleChanged({ role }: Pick<ServerPayload<'role_changed'>, 'role'>): void {
    this.#role = role;
    this.report();
  }

  cursorsMoved(cursors: readonly Cursor[]): void {
    this.cursors.moved(cursors);
  }

  /** Everything that a reload must not lose. */
  save(): SavedText {
    const { inFlight, pending } = this.unsent;
    return {
      client_id: this.client_id,
      sequence: this.#sequence,
      ...this.since,
      text: toText(this.#base),
      in_flight: inFlight && { ...inFlight, message: undefined },
      pending,
      lost: this.#lost,
    };
  }

  /** What was typed over what was found but never shown comes before it, as it would have been shown. */
  behind(found: SavedText, { pending }: SavedText): SavedText {
    return { ...found, pending: composeOperations(found.pending, pending) };
  }

  /** After disconnected(): begins anew, under another name, for somebody else. Nothing of what was here stays. */
  reset(client_id: string): void {
    this.#role = undefined;
    this.restore({ client_id, sequence: 0, epoch: '', revision: 0, text: '', pending: [] }, []);
  }

  /**
   * Goes on from what save() kept, name included; to be called before the first join. What has been typed meanwhile is
   * kept, before the text.
   */
  restore(
    { client_id, sequence, epoch, revision, proof, text, in_flight, pending, lost }: SavedText,
    typed = this.unsent.pending,
  ): void {
    const before = toText(this.shown);
    this.#client_id = client_id;
    this.#base = fromText(text);
    this.#epoch = epoch;
    this.#revision = revision;
    this.#proof = proof;
    this.#lost = lost;
    this.#head = revision;
    this.#sequence = sequence;
    this.cursors = new Cursors(client_id);
    this.cursors.reset(revision, []);
    this.unsent.inFlight = in_flight && { ...in_flight };
    // Into an empty text nothing can be typed but a beginning.
    this.unsent.pending = composeOperations(pending, typed);
    this.show(difference(before, toText(this.shown)));
    this.report();
  }

  /** The confirmed text with what is unsent. */
  protected get shown(): Rope {
    return this.unsent.apply(this.#base);
  }

  /** One's own edit. */
  protected add(operation: TextOperation): void {
    this.unsent.add(operation);
    this.#halted = false;
  }

  /**
   * A message with what comes next from what is pending. What the text has no room for stays, and holds up nothing else:
   * neither what is typed elsewhere, nor the deletions that make room for it.
   */
  #next(limits: TextLimits): InFlight | undefined {
    const { pending } = this.unsent;
    if (pending.length === 0) return undefined;
    const { max_document_bytes } = limits;
    const { bytes } = this.#base;
    let [operation, rest] = splitOperation(pending, limits);
    if (rest.length > 0 || applyOperation(this.#base, operation).bytes > Math.max(bytes, max_document_bytes))
      [operation, rest] = splitOperation(pending, limits, max_document_bytes - bytes);
    if (operation.length === 0) {
      this.#halted = true;
      this.#refusal = { ...local(`more than ${max_document_bytes} bytes`), code: 4413, error_code: 'too_large' };
      this.report();
      return undefined;
    }
    return this.#take(this.unsent, [operation, rest]);
  }

  /** Whether news is of this history. The empty text at revision 0 is the beginning of every history. */
  #hear(epoch: string, head: number): boolean {
    if (!this.#joined) return false;
    if (epoch === this.#epoch) this.#head = Math.max(this.#head, head);
    else if (this.#revision === 0) [this.#epoch, this.#head] = [epoch, head];
    else this.#joined = false;
    return this.#joined;
  }

  /** Takes entries of which the first follows a revision: skips what it has, and leaves alone what comes after a gap. */
  #advance(epoch: string, revision: number, entries: Entry[], proof: string | undefined): void {
    const end = revision + entries.length;
    if (!this.#hear(epoch, end) || revision > this.#revision) return;
    if (end > this.#revision) this.#proof = proof;
    this.show(composeAll(entries.slice(this.#revision - revision).map((entry) => this.#receive(entry))));
  }

  /** Takes the next entry; returns what it does to the text that is shown. */
  #receive({ operation: raw, client_id, sequence, restores }: Entry): TextOperation {
    const operation = raw as TextOperation;
    this.#revision += 1;
    this.cursors.advance(operation, client_id);
    const content = applyOperation(this.#base, operation);
    const { inFlight } = this.unsent;
    if (inFlight) {
      const isOwn = client_id === this.client_id && sequence === inFlight.sequence;
      const isSame = isOwn && JSON.stringify(operation) === JSON.stringify(inFlight.operation);
      // It may be in the log otherwise than here, where it arrived before it was carried over to what the room has now.
      if (isSame || (isOwn ? inFlight.rebased : restores && this.#isIn(content, inFlight))) {
        this.#confirm(inFlight);
        return isSame ? [] : this.#rebase(content);
      }
      // Another replica uses our name, and our sequence for something else.
      if (isOwn) this.unsent.takeBack();
    }
    // There may be room now for what was too large.
    if (this.#refusal?.error_code === 'too_large') this.#halted = false;
    this.#base = content;
    const first = this.client_id < client_id;
    const shown = this.unsent.carry(operation, first);
    if (client_id === this.client_id && sequence === this.#restoring?.inFlight?.sequence) this.#restored();
    else this.#restoring?.carry(operation, first);
    return shown;
  }

  /** The operation in flight is in the log, as it is here. */
  #confirm({ operation }: InFlight): void {
    this.#base = applyOperation(this.#base, operation);
    this.unsent.inFlight = undefined;
    this.#refusal = undefined;
    this.#pace.taken();
  }

  /** Takes the whole document in place of entries that nobody has any more. Returns whether it was another. */
  #merge({ epoch, revision, proof, sequence, diverged }: RoomState, content: Rope): boolean {
    if (diverged && this.#role !== 'viewer') this.#lost = toText(applyOperation(this.#base, this.#missing));
    const { inFlight } = this.unsent;
    if (inFlight) {
      inFlight.rebased = true;
      if (sequence >= inFlight.sequence || this.#isIn(content, inFlight)) this.#confirm(inFlight);
    }
    this.#epoch = epoch;
    this.#revision = revision;
    this.#proof = proof;
    this.#head = revision;
    const change = this.#rebase(content);
    this.show(change);
    return change.length > 0;
  }

  /**
   * Whether a text has each line that was made by what was sent and not seen in the log: by whoever saw it in a history that
   * is lost, and has brought that back.
   */
  #isIn(content: Rope, { operation }: InFlight): boolean {
    const lines = (text: Rope) => toText(text).split('\n');
    const before = new Set(lines(this.#base));
    const made = lines(applyOperation(this.#base, operation)).filter((line) => !before.has(line));
    const there = lines(content);
    return made.length > 0 && made.every((line) => there.includes(line));
  }

  /** What the confirmed text lacks of the one that is lost. What that has not, others have written. */
  get #missing(): TextOperation {
    const text = toText(this.#base);
    return addition(text, this.#lost ?? text);
  }

  /** What comes next of what is lost. Nothing else is sent before. */
  #nextLost(limits: TextLimits): InFlight | undefined {
    if (this.#lost === undefined) return undefined;
    this.#restoring ??= new Unsent(this.#missing);
    const { inFlight, pending } = this.#restoring;
    if (inFlight) return inFlight;
    if (pending.length > 0) return this.#take(this.#restoring, splitOperation(pending, limits));
    this.#lost = undefined;
    this.report();
    return undefined;
  }

  /** Gives the next sequence to what goes first. */
  #take(unsent: Unsent, [operation, rest]: [first: TextOperation, rest: TextOperation]): InFlight {
    this.#sequence += 1;
    unsent.pending = rest;
    unsent.inFlight = { operation, sequence: this.#sequence };
    return unsent.inFlight;
  }

  /** It is in the log. The rest follows in the same way: others may be about to bring it, too. */
  #restored(): void {
    if (this.#restoring) this.#restoring.inFlight = undefined;
    if (!this.#restoring?.isThere) this.#lost = undefined;
    this.#refusal = undefined;
    this.#pace.taken();
  }

  /** Puts another text in place of the confirmed one; returns what that does to the text that is shown. */
  #rebase(content: Rope): TextOperation {
    const change = difference(toText(this.#base), toText(content));
    this.#base = content;
    return this.unsent.carry(change, false);
  }
}

/** One operation of many that follow each other. */
function composeAll(operations: TextOperation[]): TextOperation {
  if (operations.length < 2) return operations[0] ?? [];
  const middle = operations.length >> 1;
  return composeOperations(composeAll(operations.slice(0, middle)), composeAll(operations.slice(middle)));
}
