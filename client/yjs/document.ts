import { createDeleteSetFromStructStore, Doc, encodeStateAsUpdate, getState } from 'yjs';
import type { Entry } from '../../shared/documents/type.ts';
import { applyUpdates } from '../../shared/documents/yjs/apply.ts';
import { fromBase64, toBase64 } from '../../shared/documents/yjs/base64.ts';
import { Clients } from '../../shared/documents/yjs/clients.ts';
import { clientsOf, deletionsOf, load, updatesOf } from '../../shared/documents/yjs/content.ts';
import { Deletions } from '../../shared/documents/yjs/deletions.ts';
import type { YjsOperation } from '../../shared/documents/yjs/operation.ts';
import { Spans } from '../../shared/documents/yjs/spans.ts';
import { readUpdate, type Span, type Update } from '../../shared/documents/yjs/update.ts';
import type { Answer, Cursor, RoomState, ServerPayload, Since } from '../../shared/events.ts';
import { monotonic } from '../../shared/monotonic.ts';
import type { Role } from '../../shared/rooms.ts';
import type { RefusalMessage } from '../connection/state.ts';
import { Pace } from '../documents/exchange/pace.ts';
import { Standing } from '../documents/exchange/standing.ts';
import type { Need, Status } from '../documents/exchange/status.ts';
import type { ShownCursor } from '../documents/text/cursors.ts';
import type { Limits, Message, RoomDocument, Surroundings } from '../documents/type.ts';
import { Listeners } from '../listeners.ts';
import { encodeLacking } from './encode.ts';
import type { Change, SavedBase, SavedDoc } from './saved.ts';

/** The shortest time between two operations, in milliseconds: what is typed meanwhile is one. */
const sendEvery = 100;
/** When what is kept is made one again: after so many changes, or so many characters of them besides half of the document. */
const mostMore = { changes: 1_000, units: 64 * 1024 };
/** How many operations that delete something wait until it is put together who did it. */
const mostNewlyDeleted = 256;
/** How many structs and deletions an operation has at most; fewer where the server found it too large, but no fewer than it takes untried. */
const parts = { most: 2_000, least: 64 };

export interface SharedDocEvents {
  status: Status;
  /** Something was changed here. */
  change: undefined;
  /** Another Doc is in the place of the one before. */
  doc: Doc;
}

/**
 * A Doc and a room's log, kept alike: what the log has is in the document, and what the document has more is sent. That is
 * known by clocks: how far the log has each Yjs client. So an operation that was lost on its way, with the page or with the
 * store, is made anew of the document.
 *
 * It knows no socket and no page.
 */
export class SharedDoc implements RoomDocument {
  readonly name = 'yjs';
  readonly #surroundings: Surroundings;
  readonly #now: () => number;
  readonly #listeners = new Listeners<SharedDocEvents>();
  #client_id: string;
  #doc: Doc;
  /** How far the log has each Yjs client, and whose they are. */
  #clients = Clients.none;
  /** Whose the Yjs clients are that were ever heard of, also in a history that is no more. */
  #owners = new Map<number, string>();
  /** Who deleted what, and what was deleted since that was put together. */
  #deletions = Deletions.none;
  #newlyDeleted: { spans: readonly Span[]; user_id: string }[] = [];
  /** Yjs clients that may have written more than the log has. */
  #lacking = new Set<number>();
  /** What was deleted here, and the log is not known to have. */
  #deleted = new Spans();
  readonly #stand = new Standing();
  #sequence = 0;
  #sent: Message | undefined;
  #role: Role | undefined;
  #refusal: RefusalMessage | undefined;
  readonly #pace = new Pace();
  #nextAt = 0;
  #mostParts = parts.most;
  /** What is kept: as it was once, and what came since. */
  #base: SavedBase | undefined;
  #more: Change[] = [];
  #moreUnits = 0;
  readonly #cursors = new Map<string, ShownCursor<object>>();
  #told = '';

  /** `now`: in milliseconds, by a clock that never runs back. */
  constructor(surroundings: Surroundings, doc = new Doc(), now = monotonic) {
    this.#surroundings = surroundings;
    this.#now = now;
    this.#client_id = surroundings.client_id;
    this.#doc = doc;
    this.#watch(doc);
  }

  get doc(): Doc {
    return this.#doc;
  }

  get client_id(): string {
    return this.#client_id;
  }

  /** Whose a Yjs client is, however long ago it wrote; undefined where the log has nothing of it. */
  userOf(client: number): string | undefined {
    return this.#clients.get(client)?.user_id;
  }

  /** Who deleted what a Yjs client wrote at a clock, however long ago; undefined where the log does not have that. */
  deleterOf(client: number, clock: number): string | undefined {
    return this.#allDeletions().by(client, clock);
  }

  get status(): Status {
    return {
      state: this.#stand.isAtHead ? 'synchronized' : 'synchronizing',
      hasUnsent: this.#hasUnsent,
      refusal: this.#refusal,
      role: this.#role,
    };
  }

  /** Returns how to stop listening. */
  on(name: 'change', listener: () => void): () => void;
  on<Name extends keyof SharedDocEvents>(name: Name, listener: (event: SharedDocEvents[Name]) => void): () => void;
  on<Name extends keyof SharedDocEvents>(name: Name, listener: (event: SharedDocEvents[Name]) => void): () => void {
    return this.#listeners.on(name, listener);
  }

  get since(): Since {
    return this.#stand.since;
  }

  get need(): Need | undefined {
    return this.#stand.need(this.since.revision > 0);
  }

  get wait(): number {
    const now = this.#now();
    return Math.max(this.#nextAt - now, this.#pace.wait(now));
  }

  /** Takes another document, such as one that an application has already, in the place of this one, which is let go. */
  replace(doc: Doc): void {
    this.#doc.off('update', this.#changed);
    this.#doc = doc;
    this.#forget();
    this.#watch(doc);
    this.#listeners.emit('doc', doc);
    this.#report();
    this.#listeners.emit('change', undefined);
  }

  /** Gives up what the log does not have: another Doc comes in the place of this one, with what the log has. */
  discard(): void {
    this.replace(new Doc());
  }

  save(): SavedDoc {
    this.#base ??= this.#asBase();
    if (this.#more.length > mostMore.changes || this.#moreUnits > mostMore.units + this.#base.state.length / 2) {
      this.#base = this.#asBase();
    }
    const { client_id, since } = this;
    return { client_id, ...since, sequence: this.#sequence, base: this.#base, more: this.#more.slice() };
  }

  /**
   * What the log has got of it is known by clocks. So what was changed here before it is known what an earlier page left is
   * still to be sent, beside that.
   */
  restore({ client_id, epoch, revision, proof, sequence, base, more }: SavedDoc): void {
    const clients = Clients.load(fromBase64(base.clients), base.users);
    this.#client_id = client_id;
    this.#sequence = sequence;
    this.#stand.move({ epoch, revision, proof });
    this.#know(clients, Deletions.load(fromBase64(base.deletions ?? ''), base.users));
    this.#deleted.add(base.deletes);
    const updates = more.map(({ update, user_id }) => {
      const bytes = fromBase64(update);
      const read = readUpdate(bytes);
      if (user_id !== undefined) this.#follow(read, user_id);
      else this.#deleted.add(read.deletes);
      return bytes;
    });
    const isFresh = this.#doc.store.clients.size === 0;
    applyUpdates(this.#doc, [fromBase64(base.state), ...updates], this);
    this.#mayLack();
    // What was here meanwhile is not in it.
    this.#base = isFresh ? base : undefined;
    this.#more = isFresh ? [...more] : [];
    this.#moreUnits = this.#more.reduce((sum, { update }) => sum + update.length, 0);
    this.#report();
  }

  behind(found: SavedDoc, { base, more }: SavedDoc): SavedDoc {
    return { ...found, more: [...found.more, { update: base.state }, ...more] };
  }

  outgoing({ max_operation_bytes }: Limits): Message | undefined {
    if (this.#sent || this.need || this.wait > 0 || this.#role === 'viewer') return undefined;
    const deletes = (below: (client: number) => number) => this.#deleted.list(below);
    const known = (client: number) => this.#clients.clock(client);
    const encode = (clients: Iterable<number>) =>
      encodeLacking(this.#doc, { clients, known, deletes }, { bytes: max_operation_bytes / 2, parts: this.#mostParts });
    // A document that is full takes deletions alone.
    const isFull = this.#refusal?.error_code === 'too_large';
    const bytes = (isFull && encode([])) || encode([...this.#lacking].filter((client) => this.#isAhead(client)));
    if (!bytes) return undefined;
    const now = this.#now();
    this.#nextAt = now + sendEvery;
    this.#pace.sent(now);
    this.#sequence += 1;
    this.#sent = { operation: toBase64(bytes), revision: this.#stand.revision, sequence: this.#sequence };
    return this.#sent;
  }

  refused(message: Message, refusal: RefusalMessage): void {
    if (message !== this.#sent) return;
    const { error_code, retry_after_ms = 1_000 } = refusal;
    this.#sent = undefined;
    this.#refusal = refusal;
    this.#pace.retry(this.#now(), retry_after_ms, error_code === 'rate_limited');
    if (error_code === 'too_large') this.#mostParts = Math.max(parts.least, this.#mostParts / 4);
    // What the log has may be another than was thought.
    if (error_code === 'conflict' || error_code === 'unauthorized') this.#stand.isJoined = false;
    this.#report();
  }

  unanswered(message: Message): void {
    if (message !== this.#sent) return;
    // A join tells what became of it.
    this.#stand.isJoined = false;
    this.#report();
  }

  disconnected(): void {
    this.#stand.isJoined = false;
    this.#report();
  }

  reset(client_id: string): void {
    this.#client_id = client_id;
    this.#sequence = 0;
    this.#role = undefined;
    this.#refusal = undefined;
    this.#owners.clear();
    this.replace(new Doc());
  }

  joined({ epoch, revision, proof, role, sequence, operations, document, cursors }: RoomState): void {
    this.#stand.isJoined = true;
    this.#cursors.clear();
    this.cursorsMoved(cursors);
    this.#role = role;
    this.#refusal = undefined;
    if (document) {
      this.#stand.move({ epoch, revision, proof });
      this.#load(document.content);
    } else if (operations) {
      this.#advance(epoch, revision - operations.length, operations, proof);
    }
    // Of what was on its way, the log has told now what it has.
    this.#sent = undefined;
    this.#sequence = Math.max(this.#sequence, sequence);
    this.#report();
  }

  updated({ epoch, revision, operations, proof }: ServerPayload<'collaboration_update'>): void {
    this.#advance(epoch, revision, operations, proof);
    this.#stand.compare(operations, proof);
    this.#report();
  }

  caughtUp({ epoch, revision, operations, proof }: Answer<'get_operations'>): void {
    if (operations) this.#advance(epoch, revision - operations.length, operations, proof);
    else this.#stand.isJoined = false;
    this.#report();
  }

  headed({ epoch, revision }: ServerPayload<'room_head'>): void {
    this.#stand.hear(epoch, revision);
    this.#report();
  }

  roleChanged({ role }: ServerPayload<'role_changed'>): void {
    this.#role = role;
    this.#report();
  }

  get otherCursors(): readonly ShownCursor<object>[] {
    return [...this.#cursors.values()];
  }

  cursorsMoved(cursors: readonly Cursor[]): void {
    for (const { client_id, user_id, position } of cursors) {
      if (client_id === this.client_id) continue;
      if (typeof position !== 'object' || position === null) this.#cursors.delete(client_id);
      else this.#cursors.set(client_id, { client_id, user_id, position });
    }
  }

  /** A position is what bindings show of oneself, as an awareness has it. */
  toWire(position: object | null): { position: unknown } {
    return { position };
  }

  /** Takes over a document and what it has. */
  #watch(doc: Doc): void {
    doc.on('update', this.#changed);
    if (doc.store.clients.size > 0) this.#changed(encodeStateAsUpdate(doc));
  }

  /** Something was changed here, by whoever it was. */
  readonly #changed = (bytes: Uint8Array, origin?: unknown): void => {
    if (origin === this) return;
    const { runs, deletes } = readUpdate(bytes);
    for (const { client } of runs) this.#lacking.add(client);
    this.#deleted.add(deletes);
    this.#keep(bytes);
    this.#listeners.emit('change', undefined);
    this.#report();
  };

  /** Stands where nothing is known of the log. */
  #forget(): void {
    this.#stand.isJoined = false;
    this.#sent = undefined;
    this.#know(Clients.none, Deletions.none);
    this.#lacking.clear();
    this.#deleted = new Spans();
    this.#stand.move({ epoch: '', revision: 0 });
    this.#base = undefined;
  }

  /** Puts what the log has into the document. What that has more is to be sent, as far as one may. */
  #load(stored: unknown): void {
    const content = load(stored);
    const updates = updatesOf(content);
    this.#know(content.clients, deletionsOf(content));
    this.#deleted = deletedMore(this.#doc, updates);
    applyUpdates(this.#doc, updates, this);
    this.#mayLack();
    this.#base = undefined;
  }

  #know(clients: Clients, deletions: Deletions): void {
    this.#clients = clients;
    this.#deletions = deletions;
    this.#newlyDeleted = [];
    for (const { client, user_id } of clients) this.#owners.set(client, user_id);
  }

  /** Of any Yjs client the document may have more than the log. */
  #mayLack(): void {
    for (const client of this.#doc.store.clients.keys()) this.#lacking.add(client);
  }

  /** Takes entries of which the first follows a revision: skips what it has, and leaves alone what comes after a gap. */
  #advance(epoch: string, revision: number, entries: readonly unknown[], proof: string | undefined): void {
    const fresh = this.#stand.fresh(epoch, revision, entries, proof) as Entry<YjsOperation>[];
    if (fresh.length > 0)
      applyUpdates(
        this.#doc,
        fresh.flatMap((entry) => this.#take(entry)),
        this,
      );
  }

  /** Notes what the log has by an entry. Returns the updates that the document may not have. */
  #take({ operation, client_id, sequence, user_id }: Entry<YjsOperation>): Uint8Array[] {
    this.#stand.revision += 1;
    if (typeof operation !== 'string') {
      const content = load(operation);
      this.#know(content.clients, deletionsOf(content));
      this.#base = undefined;
      return updatesOf(content);
    }
    const bytes = fromBase64(operation);
    this.#follow(readUpdate(bytes), user_id);
    this.#keep(bytes, user_id);
    if (client_id !== this.client_id || sequence !== this.#sent?.sequence) return [bytes];
    this.#sent = undefined;
    this.#refusal = undefined;
    this.#mostParts = parts.most;
    this.#pace.taken();
    return [];
  }

  #follow({ runs, deletes }: Update, user_id: string): void {
    this.#clients = this.#clients.with(clientsOf(runs, user_id));
    for (const { client } of runs) this.#owners.set(client, this.#clients.get(client)?.user_id ?? user_id);
    this.#deleted.remove(deletes);
    if (deletes.length === 0) return;
    this.#newlyDeleted.push({ spans: deletes, user_id });
    if (this.#newlyDeleted.length > mostNewlyDeleted) this.#allDeletions();
  }

  #allDeletions(): Deletions {
    this.#deletions = this.#deletions.with(this.#newlyDeleted);
    this.#newlyDeleted = [];
    return this.#deletions;
  }

  /** What is kept has one change more. */
  #keep(bytes: Uint8Array, user_id?: string): void {
    if (!this.#base) return;
    const update = toBase64(bytes);
    this.#more.push({ update, ...(user_id !== undefined && { user_id }) });
    this.#moreUnits += update.length;
  }

  /** All that is to be kept, as it is now. */
  #asBase(): SavedBase {
    this.#more = [];
    this.#moreUnits = 0;
    // Of those that only another history had, the log has nothing.
    const others = [...this.#owners].filter(([client]) => !this.#clients.get(client));
    const clients = this.#clients.with(others.map(([client, user_id]) => ({ client, clock: 0, user_id })));
    const deletions = this.#allDeletions();
    const users = [...new Set([...this.#owners.values(), ...deletions.users])];
    const places = new Map(users.map((user_id, place) => [user_id, place]));
    return {
      state: toBase64(encodeStateAsUpdate(this.#doc)),
      clients: toBase64(clients.save(places)),
      users,
      deletes: this.#deleted.list(),
      deletions: toBase64(deletions.save(places)),
    };
  }

  get #hasUnsent(): boolean {
    for (const client of this.#lacking) {
      if (this.#isAhead(client)) return true;
      if (this.#extent(client) <= this.#clients.clock(client)) this.#lacking.delete(client);
    }
    return !this.#deleted.isEmpty;
  }

  /** Whether the document has more of a Yjs client than the log, and it is one's own: nobody else may send that. */
  #isAhead(client: number): boolean {
    const owner = this.#owners.get(client);
    const isOwn = owner === undefined || owner === this.#surroundings.user_id();
    return isOwn && this.#extent(client) > this.#clients.clock(client);
  }

  /** How far the document has a Yjs client. */
  #extent(client: number): number {
    return getState(this.#doc.store, client);
  }

  #report(): void {
    const { status } = this;
    const told = JSON.stringify(status);
    if (told === this.#told) return;
    this.#told = told;
    this.#listeners.emit('status', status);
  }
}

/** What is deleted in a document, and not in what updates make. */
function deletedMore(doc: Doc, updates: readonly Uint8Array[]): Spans {
  if (doc.store.clients.size === 0) return new Spans();
  const other = new Doc();
  applyUpdates(other, updates);
  const deleted = new Spans(deletedIn(doc));
  deleted.remove(deletedIn(other));
  return deleted;
}

function deletedIn({ store }: Doc): Span[] {
  return [...createDeleteSetFromStructStore(store).clients].flatMap(([client, items]) =>
    items.map(({ clock, len }) => ({ client, clock, length: len })),
  );
}
