import assert from 'node:assert/strict';
import type { BoardCommand, BoardContent } from '../../client/board.ts';
import { board, type SharedBoard, sharedBoard, sharedText } from '../../client/board.ts';
import { CommandNetwork, type Peer } from '../support/commandNetwork.ts';
import { Random } from '../support/random.ts';

/** `npm run fuzz:board` runs more of them. */
const runs = Number(process.env.RUNS ?? 150);
const steps = 200;

interface Held {
  fields: Record<string, string>;
  list: { v: string }[];
  text: string;
}
type Person = Peer<BoardContent, BoardCommand, SharedBoard<Held>>;

const vocabulary = {
  set: 14,
  unset: 3,
  insert: 6,
  change: 8,
  move: 5,
  remove: 3,
  type: 12,
  erase: 6,
  drag: 3,
  undo: 8,
  redo: 4,
  boundary: 3,
  send: 25,
  take: 25,
  receive: 30,
  fail: 1,
  reconnect: 2,
  reload: 1,
};
type Word = keyof typeof vocabulary;

/** Three people change one board over a network that fails. */
class Story {
  readonly #random: Random;
  readonly #network = new CommandNetwork(board, sharedBoard<Held>('board'), ['ann', 'bob', 'cy']);
  readonly #words = Object.entries(vocabulary).flatMap(([word, times]) => Array<Word>(times).fill(word as Word));
  /** What was acknowledged: who wrote it, where, and the revision that it made. */
  readonly #acknowledged: { name: string; path: string; value: string; revision: number }[] = [];
  readonly #fields = ['a', 'b', 'c', 'd'];
  #count = 0;

  constructor(random: Random) {
    this.#random = random;
    // An object of more than 64 fields is kept otherwise.
    if (random.oneIn(3)) for (let at = 0; at < 62; at++) this.#fields.push(`field ${at}`);
    this.#network.settle();
    const fields = Object.fromEntries(this.#fields.slice(4).map((name) => [name, 'ann at first']));
    this.#network.peers[0]?.held.update([], { fields, list: [], text: sharedText() });
    this.#network.settle();
  }

  async tell(): Promise<void> {
    for (let step = 0; step < steps; step++)
      this.#actions[this.#random.pick(this.#words)](this.#random.pick(this.#network.peers));
    this.#network.settle();
    await Promise.resolve();
    this.#check();
  }

  readonly #actions: Record<Word, (peer: Person) => void> = {
    set: (peer) => this.#set(peer, ['fields', this.#field]),
    unset: ({ held }) => held.delete(['fields', this.#field]),
    insert: (peer) => peer.held.insert(['list'], { v: this.#value(peer) }, this.#random.between(0, 5)),
    change: (peer) => this.#set(peer, ['list', this.#item(peer), 'v']),
    move: (peer) => peer.held.move(['list', this.#item(peer)], this.#random.between(0, 5)),
    remove: (peer) => peer.held.delete(['list', this.#item(peer)]),
    type: (peer) => this.#type(peer),
    erase: (peer) => this.#erase(peer),
    drag: (peer) => {
      for (let times = 0; times < 5; times++) this.#set(peer, ['fields', 'a']);
    },
    undo: (peer) => this.#takeBack(peer, 'undo'),
    redo: (peer) => this.#takeBack(peer, 'redo'),
    boundary: ({ held }) => held.boundary(),
    send: (peer) => peer.send(),
    take: (peer) => this.#network.take(peer),
    receive: (peer) => peer.receive(),
    fail: () => this.#network.failing.push(this.#random.pick(['committed', 'lost'])),
    reconnect: (peer) => peer.reconnect(),
    reload: (peer) => {
      peer.save();
      peer.reload();
    },
  };

  get #field(): string {
    return this.#random.pick(this.#fields);
  }

  /** One that may be there. */
  #item({ held }: Person): string {
    return this.#random.pick([...held.ids(['list']), 'none']);
  }

  #value(peer: Person): string {
    this.#count += 1;
    return `${peer.name} ${this.#count}`;
  }

  #set(peer: Person, path: string[]): void {
    const value = this.#value(peer);
    const done = { name: peer.name, path: path.join('/'), value };
    peer.held.set(path, value).then(
      (revision) => this.#acknowledged.push({ ...done, revision }),
      () => {},
    );
  }

  /** Letters that tell whose they are. */
  #type(peer: Person): void {
    const { text } = peer.held.value;
    if (text === undefined) return;
    const at = [...text].slice(0, this.#random.between(0, [...text].length)).join('').length;
    peer.held.write(['text'], at, letters[peer.name as keyof typeof letters]);
  }

  #erase(peer: Person): void {
    const { text } = peer.held.value;
    if (!text) return;
    const all = [...text];
    const from = this.#random.between(0, all.length - 1);
    const at = all.slice(0, from).join('').length;
    peer.held.splice(['text'], at, all.slice(from, from + 3).join('').length, '');
  }

  /** What goes, or is another, was one's own. */
  #takeBack({ name, held }: Person, word: 'undo' | 'redo'): void {
    const before = leaves(held);
    held[word]();
    const after = leaves(held);
    if (word === 'redo') return;
    for (const [path, value] of before)
      assert.ok(after.get(path) === value || value.startsWith(name), `${word} of ${name} changed ${path}: ${value}`);
  }

  #check(): void {
    const { peers, content, entries } = this.#network;
    for (const { held, name } of peers) {
      assert.deepEqual(board.save?.(held.confirmed), board.save?.(content), `${name} has another board`);
      assert.deepEqual(board.save?.(held.content), board.save?.(content), `${name} shows another board`);
      assert.equal(JSON.stringify(held.value), JSON.stringify(peers[0]?.held.value));
    }
    for (const { name, path, value, revision } of this.#acknowledged) {
      const entry = entries[revision - 1];
      const isThere = ((entry?.operation ?? []) as BoardCommand[]).some(
        (command) => command.type === 'set' && command.path.join('/') === path,
      );
      assert.ok(isThere && entry?.client_id === name, `${value} is not in the log`);
    }
  }
}

const letters = { ann: 'a', bob: 'b', cy: '😀' };

/** All values by where they are, and the letters of each by how many there are. */
function leaves(held: SharedBoard<Held>): Map<string, string> {
  const { fields = {}, list = [] } = held.value;
  const all = new Map(Object.entries(fields).map(([name, value]) => [`fields/${name}`, value]));
  for (const [index, id] of held.ids(['list']).entries()) all.set(`list/${id}`, list[index]?.v ?? '');
  return all;
}

describe('boards on a bad network', () => {
  it(`converge, lose nothing acknowledged, and undo one's own, in ${runs} runs of ${steps} steps`, async function () {
    this.timeout(0);
    const first = new Random();
    for (let run = 0; run < runs; run++) {
      const random = new Random(first.seed + run);
      try {
        await new Story(random).tell();
      } catch (error) {
        console.error(`seed ${first.seed + run}`);
        throw error;
      }
    }
  });
});
