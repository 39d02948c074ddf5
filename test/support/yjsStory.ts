import assert from 'node:assert/strict';
import * as Y from 'yjs';
import type { Message } from '../../client/documents/type.ts';
import { SharedDoc } from '../../client/yjs/document.ts';
import type { Entry } from '../../shared/documents/type.ts';
import { compacted, deletionsOf, updatesOf } from '../../shared/documents/yjs/content.ts';
import type { YjsOperation } from '../../shared/documents/yjs/operation.ts';
import { Spans } from '../../shared/documents/yjs/spans.ts';
import { yjs } from '../../shared/documents/yjs.ts';
import type { RoomState, ServerPayload } from '../../shared/events.ts';
import { messageOf, Refusal } from '../../shared/refusals.ts';
import type { Random } from './random.ts';
import { editAnything } from './yjsEdits.ts';

const limits = { max_operation_bytes: 262_144, max_operation_parts: 2_000 };
const room_id = 'note:test' as RoomState['room_id'];

type Up = { event: 'join' } | { event: 'operation'; message: Message };
type Down =
  | { event: 'joined'; state: RoomState }
  | { event: 'updated'; update: ServerPayload<'collaboration_update'> }
  | { event: 'refused'; message: Message; refusal: ServerPayload<'error'> };

/** A room's log, and what it makes of what comes. */
class Log {
  epoch = 'epoch-0';
  entries: Entry<YjsOperation>[] = [];
  content = yjs.create();
  /** All that was ever acknowledged. */
  acknowledged = 0;

  submit(peer: Peer, { operation, sequence }: Message): void {
    const decoded = yjs.decode(operation, limits);
    yjs.check(decoded, { length: 0, content: this.content }, { user_id: peer.user_id, role: 'editor' });
    const { client_id } = peer.document;
    const entry = { operation: decoded, client_id, sequence, user_id: peer.user_id, timestamp: 0 };
    this.content = yjs.apply(this.content, entry);
    this.entries.push(entry);
    this.acknowledged += 1;
  }

  sequenceOf(client_id: string): number {
    return this.entries.findLast((entry) => entry.client_id === client_id)?.sequence ?? 0;
  }

  /** The newest entries are lost, and another history begins. */
  rewind(lost: number): void {
    this.epoch = `epoch-${Number(this.epoch.split('-')[1]) + 1}`;
    this.entries = this.entries.slice(0, Math.max(0, this.entries.length - lost));
    this.content = this.entries.reduce((content, entry) => yjs.apply(content, entry), yjs.create());
  }

  /** The updates become one, as before a snapshot. */
  compact(): void {
    const doc = new Y.Doc();
    for (const update of updatesOf(this.content)) Y.applyUpdate(doc, update);
    this.content = compacted(this.content, Y.encodeStateAsUpdate(doc), deletionsOf(this.content));
  }
}

class Peer {
  readonly user_id: string;
  readonly #place: number;
  readonly #now: () => number;
  #replicas = 0;
  document: SharedDoc;
  up: Up[] = [];
  down: Down[] = [];
  isConnected = true;
  /** Whether it has asked to join, and the log has let it in: from then on it gets news. */
  isJoining = false;
  isIn = false;
  /** What it has kept. */
  #saved: ReturnType<SharedDoc['save']> | undefined;

  constructor(user_id: string, place: number, now: () => number) {
    this.user_id = user_id;
    this.#place = place;
    this.#now = now;
    this.document = this.#create();
  }

  keep(): void {
    this.#saved = structuredClone(this.document.save());
  }

  /** The page is loaded again: what was kept is there. */
  reload(): void {
    this.lose();
    this.document = this.#create();
    if (this.#saved) this.document.restore(this.#saved);
  }

  lose(): void {
    this.up = [];
    this.down = [];
    this.isIn = false;
    this.isJoining = false;
    this.document.disconnected();
  }

  send(): void {
    if (!this.isConnected || this.isJoining) return;
    const { need } = this.document;
    if (need) {
      this.isJoining = true;
      this.up.push({ event: 'join' });
      return;
    }
    const message = this.document.outgoing(limits as never);
    if (message) this.up.push({ event: 'operation', message });
  }

  receive(): void {
    const down = this.down.shift();
    if (down?.event === 'joined') {
      this.isJoining = false;
      this.document.joined(down.state);
    }
    if (down?.event === 'updated') this.document.updated(down.update);
    if (down?.event === 'refused') this.document.refused(down.message, down.refusal);
  }

  #create(): SharedDoc {
    const client_id = `${this.user_id}-${++this.#replicas}`;
    const surroundings = { client_id, now: () => 0, user_id: () => this.user_id, ask: () => assert.fail() };
    const doc = Object.assign(new Y.Doc(), { clientID: this.#place * 1_000 + this.#replicas });
    return new SharedDoc(surroundings, doc, this.#now);
  }
}

/** Five people who write one document of Yjs, a network between that is flushed by hand, and a store that may be put back. */
export class YjsStory {
  readonly log = new Log();
  readonly peers: Peer[];
  #time = 0;

  constructor(...users: string[]) {
    this.peers = users.map((user_id, place) => new Peer(user_id, place, () => this.#time));
  }

  /** Any of what may happen. */
  step(random: Random): void {
    const peer = random.pick(this.peers);
    const steps = [
      ...Array(8).fill(() => editAnything(peer.document.doc, random)),
      ...Array(6).fill(() => peer.send()),
      ...Array(6).fill(() => this.#receive(peer)),
      ...Array(8).fill(() => peer.receive()),
      () => peer.keep(),
      () => peer.lose(),
      () => {
        peer.keep();
        peer.reload();
      },
      () => {
        peer.isConnected = !peer.isConnected;
        if (!peer.isConnected) peer.lose();
      },
      () => random.oneIn(4) && this.rewind(random.between(1, 6)),
      () => random.oneIn(2) && this.log.compact(),
    ];
    this.#time += random.between(0, 200);
    random.pick(steps)();
  }

  rewind(lost: number): void {
    this.log.rewind(lost);
    // An instance that has lost its store has lost its connections.
    for (const peer of this.peers) peer.lose();
  }

  /** Everything goes well until nothing is left to say. */
  settle(): void {
    for (const peer of this.peers) peer.isConnected = true;
    for (let rounds = 0; !this.#isQuiet; rounds++) {
      assert(rounds < 300, `never comes to rest: ${JSON.stringify(this.peers.map(({ document }) => document.status))}`);
      this.#time += 5_000;
      for (const peer of this.peers) {
        peer.send();
        while (peer.up.length > 0) this.#receive(peer);
      }
      for (const peer of this.peers) while (peer.down.length > 0) peer.receive();
    }
  }

  /** All have the same, and so has the log; and who wrote what is who wrote it. */
  check(): void {
    const { content } = this.log;
    const doc = new Y.Doc();
    for (const update of updatesOf(content)) Y.applyUpdate(doc, update);
    for (const { document, user_id } of this.peers) {
      assert.deepEqual(document.doc.store.pendingStructs, null);
      assert.deepEqual(shown(document.doc), shown(doc), `${user_id} has another document`);
    }
    for (const { client, clock } of content.clients) assert.equal(clock, Y.getState(doc.store, client));
    for (const { document, user_id } of this.peers) {
      const { clientID } = document.doc;
      if (Y.getState(doc.store, clientID) > 0) assert.equal(content.clients.get(clientID)?.user_id, user_id);
    }
  }

  get #isQuiet(): boolean {
    const { epoch, entries } = this.log;
    return this.peers.every(({ document, up, down }) => {
      const { since, status } = document;
      const isAtHead = since.revision === entries.length && (since.epoch === epoch || entries.length === 0);
      return up.length + down.length === 0 && isAtHead && status.state === 'synchronized' && !status.hasUnsent;
    });
  }

  #receive(peer: Peer): void {
    const up = peer.up.shift();
    if (up?.event === 'join') this.#join(peer);
    if (up?.event !== 'operation' || !peer.isIn) return;
    const { log } = this;
    try {
      log.submit(peer, up.message);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      peer.down.push({ event: 'refused', message: up.message, refusal: messageOf(error, 0) as ServerPayload<'error'> });
      return;
    }
    const update = {
      room_id,
      epoch: log.epoch,
      revision: log.entries.length - 1,
      proof: '',
      operations: log.entries.slice(-1),
    };
    for (const other of this.peers) if (other.isIn) other.down.push({ event: 'updated', update });
  }

  #join(peer: Peer): void {
    const { epoch, entries, content } = this.log;
    const { since, client_id } = peer.document;
    const isKnown = since.revision > 0 && since.epoch === epoch && since.revision <= entries.length;
    peer.isIn = true;
    // What it was told before is behind what it is told now.
    peer.down = [];
    const told = isKnown
      ? { recovered: true, operations: entries.slice(since.revision) }
      : { recovered: false, document: { type: 'yjs', content: JSON.parse(JSON.stringify(yjs.save(content))) } };
    const state = {
      room_id,
      role: 'editor',
      epoch,
      revision: entries.length,
      proof: '',
      sequence: this.log.sequenceOf(client_id),
    };
    peer.down.push({ event: 'joined', state: { ...state, ...told, cursors: [] } as unknown as RoomState });
  }
}

/** What a document has, however its structs are divided. */
function shown(doc: Y.Doc): unknown {
  const deleted = [...Y.createDeleteSetFromStructStore(doc.store).clients].sort(([one], [other]) => one - other);
  return {
    clients: [...Y.decodeStateVector(Y.encodeStateVector(doc))].sort(([one], [other]) => one - other),
    deleted: deleted.map(([client, items]) => [
      client,
      new Spans(items.map(({ clock, len }) => ({ client, clock, length: len }))).list(),
    ]),
    text: doc.getText('text').toDelta(),
    map: doc.getMap('map').toJSON(),
    list: doc.getArray('list').toJSON(),
    page: doc.getXmlFragment('page').toString(),
  };
}
