import assert from 'node:assert/strict';
import { Network, type Peer } from '../support/network.ts';
import { Random } from '../support/random.ts';

/** `npm run fuzz` runs more of them, and shows how far it is. */
const runs = Number(process.env.RUNS ?? 10_000);
const steps = 200;

/** How often each word is said. */
const vocabulary = {
  type: 20,
  paste: 1,
  delete: 6,
  scatter: 1,
  lateDeletion: 1,
  undo: 5,
  redo: 3,
  boundary: 2,
  save: 2,
  send: 22,
  arrive: 22,
  receive: 30,
  wait: 4,
  drop: 2,
  duplicate: 2,
  delay: 2,
  reconnect: 2,
  timeOut: 2,
  reload: 1,
  leave: 1,
  head: 1,
  limit: 1,
  fail: 1,
  demote: 2,
  promote: 3,
  trim: 1,
  rewind: 1,
  restore: 1,
  overtake: 2,
  fill: 1,
  clockBack: 1,
  leaveWhileJoining: 1,
};
type Word = keyof typeof vocabulary;
/** What changes lines, and what has a text come whole though its history is the same. */
const inLines: Word[] = ['paste', 'delete', 'scatter', 'lateDeletion', 'undo', 'redo', 'trim'];

/** Three people write at once over a network of which anything may be expected. */
class Story {
  readonly #random: Random;
  readonly #network = new Network('ann', 'bob', 'cy');
  readonly #words: Word[];
  /** Whether what was deleted stays deleted: no text has come back whole, and no page has forgotten an edit. */
  #remembersAll: boolean;
  /** Whether nobody loses what they had: no page forgets, nobody stops to write, and nothing but a backup is restored. */
  readonly #keepsAll: boolean;
  /** Whether nothing is written but whole lines, and nothing deleted: what a backup lacked is known by them, and is there once. */
  readonly #wholeLines: boolean;
  /** Every letter that is typed is another: so it is known whose it is, and how often it is there. */
  readonly #typed = new Set<string>();
  /** Whose letters are whose: typed, or brought back by undo. */
  readonly #own = new Map<Peer, Set<string>>(this.#network.peers.map((peer) => [peer, new Set()]));
  /** Deleted once, be it by undo. */
  readonly #deleted = new Set<string>();
  /** Brought back by undo or redo. */
  readonly #revived = new Set<string>();
  /** Whether a history was lost: a word that both have, with other letters, is brought back beside the one that is there. */
  #rewound = false;
  /** Lost by who had promised to keep them: a store that was rewound, a page that was loaded anew without being saved. */
  readonly #excused = new Set<string>();

  constructor(random: Random) {
    this.#random = random;
    this.#remembersAll = random.oneIn(2);
    this.#keepsAll = !this.#remembersAll && random.oneIn(2);
    this.#wholeLines = this.#keepsAll && random.oneIn(2);
    // Few parts: what is late comes apart into more than it may have.
    if (random.oneIn(3) && !this.#wholeLines) this.#network.room.narrow({ max_operation_parts: random.between(3, 8) });
    if (random.oneIn(3) && !this.#wholeLines)
      this.#network.room.narrow({ max_operation_bytes: random.between(12, 60) });
    this.#words = Object.entries(vocabulary).flatMap(([word, times]) => Array(times).fill(word));
    const losing = ['demote', 'rewind', 'fill'];
    if (this.#keepsAll) this.#words = this.#words.filter((word) => !losing.includes(word));
    if (this.#wholeLines) this.#words = this.#words.filter((word) => !inLines.includes(word));
    if (this.#remembersAll) this.#words = this.#words.filter((word) => !['trim', 'rewind', 'restore'].includes(word));
  }

  tell(): void {
    const machine = Date.now;
    Date.now = () => this.#network.calendar;
    try {
      for (let step = 0; step < steps; step++) {
        this.#actions[this.#random.pick(this.#words)](this.#random.pick(this.#network.peers));
      }
      this.#network.settle();
    } finally {
      Date.now = machine;
    }
    this.#check();
  }

  readonly #actions: Record<Word, (peer: Peer) => void> = {
    type: (peer) => this.#type(peer),
    paste: (peer) =>
      this.#type(peer, this.#random.pick(['\u0001', '\u0000', '"', '\\']).repeat(this.#random.between(1, 40))),
    delete: (peer) => this.#delete(peer),
    scatter: (peer) => this.#scatter(peer),
    lateDeletion: (peer) => this.#deleteAll(peer),
    undo: (peer) => this.#takeBack(peer, 'undo'),
    redo: (peer) => this.#takeBack(peer, 'redo'),
    boundary: (peer) => peer.text.boundary(),
    save: (peer) => peer.save(),
    send: (peer) => peer.send(),
    arrive: (peer) => this.#network.room.receive(peer),
    receive: (peer) => peer.receive(),
    wait: () => this.#network.wait(this.#random.between(1, 2_000)),
    drop: (peer) => this.#drop(peer, this.#direction()),
    duplicate: (peer) => peer.duplicate(this.#direction()),
    delay: (peer) => this.#delay(peer, this.#direction()),
    reconnect: (peer) => peer.reconnect(),
    timeOut: (peer) => peer.timeOut(),
    reload: (peer) => this.#reload(peer),
    leave: (peer) => peer.leave(),
    head: () => this.#network.room.tellHead(),
    limit: () => this.#network.room.limit(this.#random.between(1, 3)),
    fail: () => this.#network.room.fail(this.#random.pick(['committed', 'lost'])),
    demote: (peer) => this.#network.room.demote(peer),
    promote: (peer) => this.#network.room.promote(peer),
    trim: () => this.#network.room.trim(this.#random.between(0, 5)),
    rewind: () => this.#rewind((lost) => this.#network.room.rewind(lost)),
    restore: () => this.#restore(),
    overtake: (peer) => (this.#random.oneIn(2) ? peer.overtake() : this.#network.room.receiveElsewhere()),
    fill: () => this.#network.room.fill(this.#random.between(0, 40)),
    clockBack: () => this.#network.setClockBack(60 * 60 * 1_000),
    leaveWhileJoining: (peer) => this.#leaveWhileJoining(peer),
  };

  /** Its join arrives, or does not yet. */
  #leaveWhileJoining(peer: Peer): void {
    peer.reconnect();
    peer.send();
    if (this.#random.oneIn(2)) this.#network.room.receive(peer);
    peer.leave();
  }

  #direction(): 'up' | 'down' {
    return this.#random.pick(['up', 'down']);
  }

  /** A role is told once: it is not lost but with the connection. */
  #drop(peer: Peer, direction: 'up' | 'down'): void {
    if (peer[direction][0]?.event === 'role') peer.reconnect();
    else peer.drop(direction);
  }

  /** Nothing ever passes a join, its answer, or a role. */
  #delay(peer: Peer, direction: 'up' | 'down'): void {
    const unpassed = ['join_room', 'joined', 'role'];
    if (!peer[direction].some(({ event }) => unpassed.includes(event))) peer.delay(direction);
  }

  #type(peer: Peer, more = ''): void {
    if (peer.text.status.role === 'viewer') return;
    const random = this.#random;
    if (this.#wholeLines) {
      const lines = [...peer.text.text.matchAll(/^/gm)].map(({ index }) => index);
      peer.type(random.pick(lines), `${this.#letter(peer)}\n`);
      return;
    }
    const letters = Array.from({ length: random.between(1, 3) }, () => this.#letter(peer)).join('');
    peer.type(this.#place(peer), letters + (more || random.pick(['', '', ' ', '\n'])));
    if (random.oneIn(2)) peer.save();
  }

  /** One that nobody has typed yet, of one unit or of two. */
  #letter(peer: Peer): string {
    const letter = String.fromCodePoint((this.#random.oneIn(3) ? 0x20000 : 0x4e00) + this.#typed.size);
    this.#typed.add(letter);
    this.#own.get(peer)?.add(letter);
    return letter;
  }

  /** Between two letters. */
  #place(peer: Peer): number {
    const letters = [...peer.text.text];
    return letters.slice(0, this.#random.between(0, letters.length)).join('').length;
  }

  #delete(peer: Peer): void {
    if (peer.text.status.role === 'viewer') return;
    const place = this.#place(peer);
    const letters = [...peer.text.text.slice(place)].slice(0, this.#random.between(1, this.#random.oneIn(6) ? 20 : 2));
    peer.delete(place, letters.join('').length);
    for (const letter of letters) this.#deleted.add(letter);
  }

  /** A letter here and there: an operation of many parts. */
  #scatter(peer: Peer): void {
    for (let letter = 0; letter < 8; letter++) this.#type(peer);
  }

  /** All that is there, of which others may have more: over what they type the deletion comes apart. */
  #deleteAll(peer: Peer): void {
    if (peer.text.status.role === 'viewer') return;
    for (const letter of peer.text.text) this.#deleted.add(letter);
    peer.delete(0, peer.text.text.length);
  }

  #takeBack(peer: Peer, word: 'undo' | 'redo'): void {
    if (peer.text.status.role === 'viewer') return;
    const before = new Set(peer.text.text);
    peer[word]();
    const after = new Set(peer.text.text);
    for (const letter of before) {
      if (after.has(letter) || !this.#typed.has(letter)) continue;
      assert(this.#own.get(peer)?.has(letter), `${word} took another's ${letter} away`);
      this.#deleted.add(letter);
    }
    for (const letter of after) {
      if (before.has(letter)) continue;
      this.#own.get(peer)?.add(letter);
      this.#revived.add(letter);
    }
  }

  #reload(peer: Peer): void {
    if (this.#random.oneIn(8) && !this.#keepsAll) this.#remembersAll = false;
    else peer.save();
    const own = [...peer.text.text].filter((letter) => this.#own.get(peer)?.has(letter));
    peer.reload();
    this.#excuse(own, peer.text.text);
  }

  #rewind(rewind: (lost: number) => void): void {
    const { room } = this.#network;
    this.#rewound = true;
    const before = room.text;
    rewind(this.#random.between(0, 3));
    this.#excuse(before, room.text);
  }

  /** What somebody still has is not lost: it is brought back. */
  #restore(): void {
    const { room, peers } = this.#network;
    this.#rewound = true;
    const had = this.#keepsAll ? peers.map(({ text }) => text.text).join('') : '';
    const before = [...room.text].filter((letter) => !had.includes(letter));
    room.restore(this.#random.between(0, 3));
    this.#excuse(before, room.text);
  }

  #excuse(before: Iterable<string>, after: string): void {
    for (const letter of before) if (!after.includes(letter)) this.#excused.add(letter);
  }

  #check(): void {
    const { room, peers } = this.#network;
    const { text } = room;
    for (const peer of peers) {
      assert.equal(peer.text.text, text, `${peer.name} has another text`);
      assert.equal(peer.shown, text, `${peer.name}'s editor shows another text`);
    }
    const count = new Map<string, number>();
    for (const letter of text) count.set(letter, (count.get(letter) ?? 0) + 1);
    // What is carried over may come to stand in a line.
    const isInLines = this.#wholeLines && text.split('\n').every((line) => [...line].length <= 1);
    for (const letter of this.#typed) {
      const times = count.get(letter) ?? 0;
      if (this.#rewound && times > 1 && !isInLines) continue;
      if (!this.#deleted.has(letter)) {
        assert(times === 1 || (times === 0 && this.#excused.has(letter)), `${letter} is there ${times} times`);
      } else if (this.#remembersAll && !this.#revived.has(letter)) {
        assert.equal(times, 0, `${letter} is there though it was deleted`);
      }
    }
  }
}

describe('clients on a bad network', () => {
  it(`lose nothing, double nothing and converge, in ${runs} runs of ${steps} steps`, function () {
    this.timeout(0);
    const first = new Random();
    for (let run = 0; run < runs; run++) {
      const random = new Random(first.seed + run);
      random.tell(() => new Story(random).tell());
      if (process.env.RUNS && (run + 1) % 5_000 === 0) console.log(`    ${run + 1} of ${runs} runs`);
    }
  });

  // Seeds that failed once, and what was wrong.
  for (const [seed, what] of [] as [number, string][]) {
    it(`${what} (seed ${seed})`, () => new Story(new Random(seed)).tell());
  }
});
