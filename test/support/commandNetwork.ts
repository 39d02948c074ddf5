import assert from 'node:assert/strict';
import type { SharedReducer } from '../../client/documents/reducer.ts';
import type { SavedState } from '../../client/documents/state.ts';
import type { Documents, Message, Surroundings } from '../../client/documents/type.ts';
import { Document, Draft } from '../../server/documents/document.ts';
import { complete } from '../../shared/documents/complete.ts';
import type { AnyCommand, ReducerType } from '../../shared/documents/reducer.ts';
import type { Entry } from '../../shared/documents/type.ts';
import type { RoomState, ServerPayload } from '../../shared/events.ts';
import { messageOf, Refusal, type RefusalMessage } from '../../shared/refusals.ts';

const limits = { max_operation_bytes: 262_144, max_operation_parts: 2_000 };
const max_message_bytes = 65_536;
const epoch = 'epoch';

type Down =
  | { event: 'joined'; state: RoomState }
  | { event: 'updated'; update: ServerPayload<'collaboration_update'> }
  | { event: 'refused'; message: Message; refusal: RefusalMessage };

/** A room of a reducer and those who are in it, with a network between that is flushed by hand. */
export class CommandNetwork<Content, Command extends AnyCommand, Held extends SharedReducer<Content, Command>> {
  readonly peers: Peer<Content, Command, Held>[];
  readonly document: Document;
  readonly entries: Entry[] = [];
  /** How many of the next operations are refused, to be tried again: some are committed all the same. */
  failing: ('committed' | 'lost')[] = [];

  constructor(type: ReducerType<Content, Command>, documents: Documents<Held>, names: readonly string[]) {
    this.document = new Document(complete(type as never), { epoch, revision: 0, entries: [], timestamp: 0 });
    this.peers = names.map((name) => new Peer(name, documents, this));
  }

  get content(): Content {
    return this.document.content as Content;
  }

  /** The server takes the next of what a peer has sent. */
  take(peer: Peer<Content, Command, Held>): void {
    const message = peer.up.shift();
    if (!message) return;
    const fate = this.failing.shift();
    try {
      if (fate === 'lost') throw new Refusal('unavailable', 'no answer');
      this.#commit(peer.name, message);
      if (fate === 'committed') throw new Refusal('unavailable', 'no answer');
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      peer.down.push({ event: 'refused', message, refusal: messageOf(error, 0) });
    }
  }

  join(peer: Peer<Content, Command, Held>): void {
    const { revision, proof, type, content } = this.document;
    const { since } = peer.held;
    const operations = since.epoch === epoch ? this.entries.slice(since.revision) : undefined;
    const state = {
      room_id: 'board:test',
      role: 'editor',
      epoch,
      revision,
      proof,
      recovered: operations !== undefined,
      ...(operations ? { operations } : { document: { type: type.name, content: wire(type.show(content)) } }),
      sequence: this.#last(peer.name),
      participants: [],
      participant_count: 0,
      cursors: [],
      typing: [],
    } as RoomState;
    peer.down = [{ event: 'joined', state }];
    peer.isIn = true;
  }

  /** Everything goes well until nothing is left to say. */
  settle(): void {
    this.failing = [];
    for (let rounds = 0; rounds < 1_000; rounds++) {
      for (const peer of this.peers) {
        peer.send();
        while (peer.up.length > 0) this.take(peer);
      }
      for (const peer of this.peers) while (peer.down.length > 0) peer.receive();
      if (this.peers.every(({ held, isIn }) => isIn && !held.status.hasUnsent && !held.need)) return;
    }
    assert.fail('the network never comes to rest');
  }

  #last(client_id: string): number {
    return this.entries.findLast((entry) => entry.client_id === client_id)?.sequence ?? 0;
  }

  #commit(client_id: string, { operation, sequence }: Message): void {
    const { document } = this;
    const last = this.#last(client_id);
    if (sequence < last) throw new Refusal('conflict', `sequence ${sequence} is below ${last}`);
    const draft = new Draft(document, 0, 1_000_000);
    const decoded = document.type.decode(wire(operation), limits);
    const author = { client_id, user_id: client_id, role: 'editor' } as const;
    const submission = { operation: decoded, revision: undefined, sequence, ...author };
    if (sequence === last) {
      const at = this.entries.findLastIndex((entry) => entry.client_id === client_id) + 1;
      if (draft.holds(submission, at)) return;
      throw new Refusal('conflict', `sequence ${sequence} is another operation`);
    }
    draft.add(submission);
    const revision = document.revision;
    document.adopt(draft, epoch);
    this.entries.push(...draft.entries);
    const update = { room_id: 'board:test', epoch, revision, operations: wire(draft.entries), proof: document.proof };
    for (const peer of this.peers) if (peer.isIn) peer.down.push({ event: 'updated', update: update as never });
  }
}

/** One who is in the room. */
export class Peer<Content, Command extends AnyCommand, Held extends SharedReducer<Content, Command>> {
  readonly name: string;
  readonly #documents: Documents<Held>;
  readonly #network: CommandNetwork<Content, Command, Held>;
  held: Held;
  up: Message[] = [];
  down: Down[] = [];
  isIn = false;
  saved: SavedState | undefined;
  /** What was refused for good. */
  readonly refused: { operation: unknown; refusal: Refusal }[] = [];

  constructor(name: string, documents: Documents<Held>, network: CommandNetwork<Content, Command, Held>) {
    this.name = name;
    this.#documents = documents;
    this.#network = network;
    this.held = this.#open();
  }

  send(): void {
    if (this.held.need) this.#network.join(this);
    // As the room does once it has waited.
    Object.defineProperty(this.held, 'wait', { value: 0, configurable: true });
    const message = this.isIn && this.held.outgoing({ max_message_bytes });
    if (!message) return;
    this.save();
    this.up.push(wire(message));
  }

  receive(): void {
    const down = this.down.shift();
    if (!down) return;
    if (down.event === 'joined') this.held.joined(down.state);
    else if (down.event === 'updated') this.held.updated(down.update);
    else this.#refuse(down.message, down.refusal);
  }

  save(): void {
    this.saved = wire(this.held.save());
  }

  reconnect(): void {
    this.up = [];
    this.down = [];
    this.isIn = false;
    this.held.disconnected();
  }

  /** The page is loaded anew: what is left is what was saved. */
  reload(): void {
    this.reconnect();
    this.held = this.#open();
  }

  /** A message over the wire is no more the object that it was. */
  #refuse({ sequence }: Message, refusal: RefusalMessage): void {
    const sent = this.#sent.findLast((message) => message.sequence === sequence);
    if (sent) this.held.refused(sent, refusal);
  }

  #sent: Message[] = [];

  #open(): Held {
    const surroundings: Surroundings = {
      client_id: this.name,
      now: () => 0,
      user_id: () => this.name,
      ask: () => assert.fail('no history'),
    };
    const held = this.#documents.create(surroundings, 'board');
    const outgoing = held.outgoing.bind(held);
    held.outgoing = (limits) => {
      const message = outgoing(limits as never);
      if (message) this.#sent = [...this.#sent, message].slice(-10);
      return message;
    };
    held.on('refused', (refused) => this.refused.push(refused));
    if (this.saved) held.restore(this.saved);
    return held;
  }
}

function wire<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value));
}
