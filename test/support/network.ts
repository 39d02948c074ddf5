import assert from 'node:assert/strict';
import { type Need, type Outgoing, type SavedText, SharedText } from '../../client/documents/text.ts';
import { Document, Draft } from '../../server/documents/document.ts';
import { type Missed, missedSince } from '../../server/rooms/missed.ts';
import { type Rope, toText } from '../../shared/documents/text/rope.ts';
import type { Entry, OperationLimits } from '../../shared/documents/type.ts';
import type { Answer, RoomState, ServerPayload, Since } from '../../shared/events.ts';
import { messageOf, Refusal } from '../../shared/refusals.ts';
import type { Role } from '../../shared/rooms.ts';
import { typeOf } from './kinds.ts';

const room_id = 'song:test';
const usual = { max_operation_bytes: 262_144, max_operation_parts: 2_000, max_document_bytes: 2_097_152 };
/** Bytes that a message may have on the wire besides what it inserts. */
const envelope = 65_536;

type Up = Need | { event: 'operation'; message: Outgoing };

type Down =
  | { event: 'joined'; need: Need; state: RoomState }
  | { event: 'caughtUp'; need: Need; answer: Answer<'get_operations'> }
  | { event: 'updated'; update: ServerPayload<'collaboration_update'> }
  | { event: 'headed'; head: ServerPayload<'room_head'> }
  | { event: 'role'; role: Role }
  | { event: 'refused'; message: Outgoing; refusal: ServerPayload<'error'> };

/** A room and those who write in it, with a network between that is flushed by hand: nothing moves by itself. */
export class Network {
  readonly room = new Room();
  readonly peers: Peer[];
  /** Milliseconds: nothing else passes the time. */
  time = 0;
  /** How far the calendar was set back, in milliseconds. */
  #setBack = 0;

  constructor(...names: string[]) {
    this.peers = names.map((name) => new Peer(name, this));
    this.room.peers = this.peers;
  }

  wait(milliseconds: number): void {
    this.time += milliseconds;
  }

  /** What the calendar says, which may run back. */
  get calendar(): number {
    return this.time - this.#setBack;
  }

  setClockBack(milliseconds: number): void {
    this.#setBack += milliseconds;
  }

  /** Everything goes well until nothing is left to say. */
  settle(): void {
    this.room.recover();
    this.room.receiveElsewhere();
    for (const peer of this.peers) peer.timeOut();
    for (let rounds = 0; !this.#quiet; rounds++) {
      assert(rounds < 1_000, 'the network never comes to rest');
      this.wait(5_000);
      if (rounds % 50 === 49) for (const peer of this.peers) peer.timeOut();
      for (const peer of this.peers) {
        peer.send();
        while (peer.up.length > 0) this.room.receive(peer);
      }
      for (const peer of this.peers) {
        while (peer.down.length > 0) peer.receive();
        this.room.promote(peer);
      }
      if (rounds % 10 === 9) this.room.tellHead();
    }
  }

  get #quiet(): boolean {
    const { epoch, revision } = this.room.document;
    return this.peers.every(({ text, up, down }) => {
      const { since, status } = text;
      const atHead = since.epoch === epoch && since.revision === revision;
      return up.length === 0 && down.length === 0 && atHead && status.state === 'synchronized';
    });
  }
}

/** The server's side: the real document and what the real room does around it, without anything to wait for. */
export class Room {
  peers: Peer[] = [];
  limits = usual;
  document = load('', 0, '', [], usual);
  maxDocumentBytes = usual.max_document_bytes;
  /** On its way to another instance: what it brings into the log comes here as all else. */
  elsewhere: { client_id: string; epoch: string | undefined; message: Outgoing }[] = [];
  #limited = 0;
  #failing: ('committed' | 'lost')[] = [];
  readonly #viewers = new Set<Peer>();
  #epochs = 0;
  #entries: Entry[] = [];
  /** The text at each revision. */
  #contents: string[] = [''];
  /** The proof at each revision. */
  #proofs: string[] = [''];
  /** Entries that were appended have different times, as the proof of any history tells. */
  #time = 0;

  get text(): string {
    return toText(this.document.content as Rope);
  }

  /** The server takes the next of what a peer has sent. */
  receive(peer: Peer): void {
    const up = peer.up.shift();
    if (!up) return;
    if (up.event === 'operation') this.#operation(peer, up.message);
    else if (up.event === 'join_room') this.#join(peer, up);
    else this.#catchUp(peer, up);
  }

  /** What was sent over connections that are no more arrives at another instance, which does not know so. */
  receiveElsewhere(): void {
    for (const { client_id, epoch, message } of this.elsewhere.splice(0)) {
      try {
        // That instance, too, knows in which history it was joined.
        if (epoch !== '' && epoch !== this.document.epoch) throw new Refusal('conflict', 'another epoch');
        this.#commit(client_id, message);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
      }
    }
  }

  /** The log lets go of all but the last entries. */
  trim(keep: number): void {
    const { epoch, revision } = this.document;
    const from = Math.max(revision - keep, 0);
    this.document = this.#load(epoch, from);
  }

  /** The store came back without its last entries. */
  rewind(lost: number): void {
    this.#rewind(lost, this.#newEpoch());
  }

  /** The server was started anew over a backup without the last entries: it knows of no other history. */
  restore(lost: number): void {
    this.#rewind(lost, this.document.epoch);
    for (const peer of this.peers) peer.reconnect();
  }

  #rewind(lost: number, epoch: string): void {
    const revision = Math.max(this.document.revision - lost, 0);
    const from = Math.min(this.document.reach, revision);
    this.#entries.length = revision;
    this.#contents.length = revision + 1;
    this.#proofs.length = revision + 1;
    this.elsewhere = [];
    this.document = this.#load(epoch, from);
  }

  /** From here on an operation may have so much only. To be called before anything else. */
  narrow(limits: Partial<typeof usual>): void {
    this.limits = { ...this.limits, ...limits };
    this.document = load('', 0, '', [], this.limits);
  }

  /** From here on the text may grow by so many bytes only, as everyone is told. */
  fill(bytes: number): void {
    this.maxDocumentBytes = (this.document.content as Rope).bytes + bytes;
    this.limits = { ...this.limits, max_document_bytes: this.maxDocumentBytes };
  }

  /** So many operations are refused as `rate_limited`. */
  limit(operations: number): void {
    this.#limited = operations;
  }

  /** The next operation is refused as `unavailable`, committed or not. */
  fail(outcome: 'committed' | 'lost'): void {
    this.#failing.push(outcome);
  }

  /** From here on someone only views the room. */
  demote(peer: Peer): void {
    if (!this.#viewers.has(peer)) this.#become(peer, 'viewer');
  }

  /** Someone may write again. */
  promote(peer: Peer): void {
    if (this.#viewers.has(peer)) this.#become(peer, 'editor');
  }

  /** No trouble any more. */
  recover(): void {
    this.#limited = 0;
    this.#failing = [];
    if (this.maxDocumentBytes === usual.max_document_bytes) return;
    this.maxDocumentBytes = usual.max_document_bytes;
    this.limits = { ...this.limits, max_document_bytes: this.maxDocumentBytes };
    // Limits are told to who connects.
    for (const peer of this.peers) peer.reconnect();
  }

  tellHead(): void {
    const { epoch, revision, proof } = this.document;
    this.#broadcast({ event: 'headed', head: { room_id, epoch, revision, proof, participant_count: 0 } });
  }

  #load(epoch: string, from: number): Document {
    const content = this.#contents[from] as string;
    return load(epoch, from, content, this.#entries.slice(from), this.limits, this.#proofs.slice(from));
  }

  #roleOf(peer: Peer): Role {
    return this.#viewers.has(peer) ? 'viewer' : 'editor';
  }

  /** Whoever is in the room is told so; whoever is not hears it by the answer to a join. */
  #become(peer: Peer, role: Role): void {
    if (role === 'viewer') this.#viewers.add(peer);
    else this.#viewers.delete(peer);
    if (peer.member !== undefined) peer.down.push({ event: 'role', role });
  }

  #operation(peer: Peer, message: Outgoing): void {
    try {
      if (peer.member === undefined) throw new Refusal('not_found', 'not joined');
      // What was made in another history means something else here.
      if (peer.member !== this.document.epoch) throw new Refusal('conflict', 'another epoch');
      if (this.#limited > 0) {
        this.#limited -= 1;
        throw new Refusal('rate_limited', 'too many', { retry_after_ms: 1_000 });
      }
      if (this.#roleOf(peer) === 'viewer') throw new Refusal('forbidden', 'a viewer');
      const fate = this.#failing.shift();
      if (fate === 'lost') throw new Refusal('unavailable', 'no answer');
      this.#commit(peer.name, message);
      if (fate === 'committed') throw new Refusal('unavailable', 'no answer');
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      // A connection keeps the order, and a copy of another one does not come this late: what was too large is so for good.
      if (error.error_code === 'too_large') {
        peer.up = peer.up.filter((up) => up.event !== 'operation' || up.message.sequence !== message.sequence);
        this.elsewhere = this.elsewhere.filter((up) => up.message.sequence !== message.sequence);
      }
      peer.down.push({ event: 'refused', message, refusal: messageOf(error, 0) });
    }
  }

  /** As the room's writer does: what is committed already is answered, all else is brought to the head. */
  #commit(client_id: string, { operation, revision, sequence, restores, again }: Outgoing): void {
    const { document } = this;
    const last = this.#last(client_id);
    if (sequence < last) throw new Refusal('conflict', `sequence ${sequence} is below ${last}`);
    this.#time += 1;
    const draft = new Draft(document, this.#time, this.maxDocumentBytes);
    const author = { client_id, user_id: client_id, role: 'editor' } as const;
    const submission = {
      operation: document.type.decode(operation, this.limits),
      revision,
      sequence,
      restores,
      again,
      ...author,
    };
    if (sequence === last) {
      const at = this.#entries.findLastIndex((entry) => entry.client_id === client_id) + 1;
      if (draft.holds(submission, at)) return;
      throw new Refusal('conflict', `sequence ${sequence} is another operation`);
    }
    draft.add(submission);
    const before = document.revision;
    const first = document.epoch === '';
    document.adopt(draft, document.epoch || this.#newEpoch());
    // An empty room has no history that could be another.
    if (first) for (const peer of this.peers) if (peer.member === '') peer.member = document.epoch;
    this.#entries.push(...draft.entries);
    this.#contents.push(this.text);
    this.#proofs.push(document.proof);
    const { epoch, proof } = document;
    const update: ServerPayload<'collaboration_update'> = {
      room_id,
      epoch,
      revision: before,
      operations: [...draft.entries],
      proof,
    };
    this.#broadcast({ event: 'updated', update });
  }

  #join(peer: Peer, need: Need): void {
    const { epoch, revision, proof } = this.document;
    const { entries: operations, diverged } = need.since ? this.#missed(need.since) : {};
    peer.member = epoch;
    const state: RoomState = {
      room_id,
      role: this.#roleOf(peer),
      epoch,
      revision,
      proof,
      recovered: operations !== undefined,
      ...(diverged && { diverged }),
      ...(operations ? { operations: [...operations] } : { document: { type: 'text', content: this.text } }),
      sequence: this.#last(peer.name),
      participants: [],
      participant_count: 0,
      cursors: [],
      typing: [],
    };
    peer.down.push({ event: 'joined', need, state });
  }

  #catchUp(peer: Peer, need: Need & { event: 'get_operations' }): void {
    const { since } = need;
    const { epoch, revision } = this.document;
    const { entries: all, diverged } = this.#missed(since);
    if (since.epoch !== epoch || since.revision > revision || diverged) {
      peer.reconnect();
      return;
    }
    const operations = all?.slice(0, 5);
    const reached = operations ? since.revision + operations.length : revision;
    const document = { type: 'text', content: this.text };
    const answer = {
      epoch,
      revision: reached,
      proof: this.document.proofAt(reached),
      ...(operations ? { operations } : { document }),
      more: reached < revision,
    };
    peer.down.push({ event: 'caughtUp', need, answer });
  }

  /** What memory lacks, nobody has. */
  #missed(since: Since): Missed {
    const known = this.#proofs[since.revision];
    const isTold = since.epoch === this.document.epoch && known !== undefined && since.proof !== undefined;
    const fits = isTold ? known === since.proof : undefined;
    return missedSince(this.document, since, { entries: [], fits });
  }

  /** The last that was committed of a client, also where it is trimmed. */
  #last(client_id: string): number {
    return this.#entries.findLast((entry) => entry.client_id === client_id)?.sequence ?? 0;
  }

  #broadcast(down: Down): void {
    for (const peer of this.peers) if (peer.member !== undefined) peer.down.push(down);
  }

  #newEpoch(): string {
    this.#epochs += 1;
    return `epoch ${this.#epochs}`;
  }
}

/** One who writes: a document, an editor that shows it, and what is on its way from and to the server. */
export class Peer {
  readonly name: string;
  readonly #network: Network;
  text: SharedText;
  /** What an editor shows that applies the changes. */
  shown = '';
  /** On its way to the server. */
  up: Up[] = [];
  /** On its way from the server. */
  down: Down[] = [];
  /** The epoch in which the server counts it in, over this connection. */
  member: string | undefined;
  /** What was saved last, as it must be before a message leaves. */
  saved: SavedText | undefined;
  /** What was asked and is not answered: a callback is called once. */
  #asked: Need | undefined;
  #awaited: Outgoing | undefined;

  constructor(name: string, network: Network) {
    this.name = name;
    this.#network = network;
    this.text = this.#open();
  }

  type(at: number, text: string): void {
    this.text.insert(at, text);
  }

  delete(at: number, length: number): void {
    this.text.delete(at, length);
  }

  undo(): void {
    this.text.undo();
  }

  redo(): void {
    this.text.redo();
  }

  /** Puts what the document wants to say next on its way. */
  send(): void {
    const { need } = this.text;
    if (need && !this.#asked) {
      this.#asked = need;
      this.up.push(need);
    }
    if (need) return;
    const { limits } = this.#network.room;
    const message = this.text.outgoing(limits);
    if (!message) return;
    assert(Buffer.byteLength(JSON.stringify(message)) <= limits.max_operation_bytes + envelope);
    this.save();
    this.#awaited = message;
    this.up.push({ event: 'operation', message });
  }

  /** Takes the next of what the server has sent. */
  receive(): void {
    const down = this.down.shift();
    if (!down) return;
    if ('need' in down) {
      if (down.need !== this.#asked) return;
      this.#asked = undefined;
    }
    if (down.event === 'joined') this.text.joined(down.state);
    else if (down.event === 'caughtUp') this.text.caughtUp(down.answer);
    else if (down.event === 'updated') this.text.updated(down.update);
    else if (down.event === 'headed') this.text.headed(down.head);
    else if (down.event === 'role') this.text.roleChanged(down);
    else this.text.refused(down.message, down.refusal);
  }

  /** The next message of a direction is lost. */
  drop(direction: 'up' | 'down'): void {
    this[direction].shift();
  }

  /** It arrives twice. */
  duplicate(direction: 'up' | 'down'): void {
    const [next] = this[direction] as [Up & Down];
    if (next) this[direction].unshift(next);
  }

  /** It arrives after all the others. */
  delay(direction: 'up' | 'down'): void {
    const next = this[direction].shift() as (Up & Down) | undefined;
    if (next) this[direction].push(next);
  }

  /** The connection is cut, with all that was on its way, and there is another. */
  reconnect(): void {
    this.up = [];
    this.down = [];
    this.member = undefined;
    this.#asked = undefined;
    this.text.disconnected();
  }

  /** The same, but that what it has sent arrives yet, by another instance that still has the connection. */
  overtake(): void {
    const { elsewhere } = this.#network.room;
    for (const up of this.up)
      if (up.event === 'operation') elsewhere.push({ client_id: this.name, epoch: this.member, ...up });
    this.reconnect();
  }

  /** The room is left and opened again over the same connection: what was asked before has nobody to hear the answer. */
  leave(): void {
    this.save();
    this.#asked = undefined;
    this.text = this.#open();
  }

  /** No answer has come for long. */
  timeOut(): void {
    this.#asked = undefined;
    if (this.#awaited) this.text.unanswered(this.#awaited);
  }

  save(): void {
    this.saved = JSON.parse(JSON.stringify(this.text.save()));
  }

  /** The page is loaded anew: what is left is what was saved. */
  reload(): void {
    this.reconnect();
    this.text = this.#open();
  }

  #open(): SharedText {
    const now = () => this.#network.time;
    const text = new SharedText({ client_id: this.name, now });
    if (this.saved) text.restore(this.saved);
    this.shown = text.text;
    text.on('change', ({ changes }) => {
      for (const { from, to, insert } of changes.toReversed()) {
        this.shown = this.shown.slice(0, from) + insert + this.shown.slice(to);
      }
    });
    return text;
  }
}

function load(
  epoch: string,
  revision: number,
  content: string,
  entries: Entry[],
  limits: OperationLimits,
  proofs: string[] = [''],
): Document {
  const loaded = {
    epoch,
    revision: revision + entries.length,
    snapshot: { epoch, revision, content },
    entries,
    proofs,
  };
  return new Document(typeOf(room_id), { ...loaded, timestamp: 0 }, limits.max_operation_parts);
}
