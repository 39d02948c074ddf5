import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { CompactFrames as Reader } from '../../client/connection/compact.ts';
import { CompactFrames as Writer } from '../../server/wire/compact.ts';
import { encode } from '../../server/wire/message.ts';
import { bytesOf } from '../../server/wire/pieces.ts';
import type { CompactEventName, CompactFrame } from '../../shared/compact.ts';
import type { ServerPayload } from '../../shared/events.ts';
import { Random } from '../support/random.ts';

type Told = { [E in CompactEventName]: [event: E, payload: ServerPayload<E>] }[CompactEventName];

/** How long a story is; and how many of them. */
const length = 120;
const runs = 150;

/** As it is after it went over the wire. */
function sent<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value));
}

/** Someone who is sent frames, and reads them. */
class Listener {
  agreed = 0;
  readonly reader: Reader;

  constructor(reader = new Reader()) {
    this.reader = reader;
  }
}

/** A room in which anything may happen that a server tells of. */
class Scene {
  readonly writer = new Writer();
  readonly room_id: `song:${string}`;
  readonly #random: Random;
  readonly #sequences = new Map<string, number>();
  #epoch = 'e0';
  #revision = 0;
  #time = 1_760_000_000_000;

  constructor(random: Random, name: string) {
    this.#random = random;
    this.room_id = `song:${name}`;
  }

  get now(): number {
    return this.#time;
  }

  next(): Told {
    const { room_id } = this;
    this.#time += this.#random.between(0, 5_000);
    switch (this.#random.between(0, 9)) {
      case 0:
        return ['typing_changed', { room_id, user_ids: this.#some(() => this.#who().user_id) }];
      case 1:
        return ['user_joined', { room_id, users: this.#some(() => this.#participant()), participant_count: 3 }];
      case 2:
        return ['user_left', { room_id, users: this.#some(() => this.#participant()), participant_count: 2 }];
      case 3:
      case 4:
        return ['cursor_moved', { room_id, cursors: this.#some(() => this.#cursor()) }];
      default:
        return ['collaboration_update', this.#update()];
    }
  }

  #some<Value>(make: () => Value): Value[] {
    return Array.from({ length: this.#random.between(0, 4) }, make);
  }

  /** Clients of one user, users of one client, and services that have a name for each thing that they say. */
  #who(): { client_id: string; user_id: string } {
    const number = this.#random.between(0, 5);
    if (number === 0) return { client_id: `service:${this.#random.between(0, 1e6)}`, user_id: 'service' };
    if (number === 1) return { client_id: 'service', user_id: 'service' };
    return { client_id: `client-${number}`, user_id: `user-${this.#random.between(0, 20) === 0 ? 9 : number % 3}` };
  }

  #update(): ServerPayload<'collaboration_update'> {
    if (this.#random.between(0, 30) === 0) {
      this.#epoch = `e${this.#random.between(0, 3)}`;
      if (this.#random.between(0, 1) === 0) this.#sequences.clear();
    }
    if (this.#random.between(0, 20) === 0) this.#revision = this.#random.between(0, 1_000);
    const operations = this.#some(() => this.#entry());
    const update = { room_id: this.room_id, epoch: this.#epoch, revision: this.#revision, operations, proof: 'p' };
    this.#revision += operations.length;
    return update;
  }

  #entry() {
    const who = this.#who();
    const last = this.#sequences.get(who.client_id) ?? 0;
    const sequence = last + (this.#random.between(0, 10) === 0 ? this.#random.between(-2, 3) : 1);
    this.#sequences.set(who.client_id, sequence);
    const isNumbered = who.client_id !== 'service' || this.#random.between(0, 3) === 0;
    const odd = this.#random.between(0, 12);
    const operations = [
      [3, 'x'],
      ['ü😀', { d: 2 }],
      { type: 'bytes', update: 'AQID' },
      [{ type: 'note' }],
      'AQID',
      null,
    ];
    return {
      operation: operations[this.#random.between(0, 5)],
      ...who,
      ...(isNumbered && { sequence }),
      timestamp: this.#time + this.#random.between(-20, 20) + (odd === 0 ? 0.1 : 0),
      ...(odd === 1 && { redacted: 'edited' as const }),
      ...(odd === 2 && { restores: true as const }),
      ...(odd === 3 && { again: true as const, sometime: { new: 1 } }),
    };
  }

  #cursor() {
    const positions = [7, { anchor: 1, head: 4 }, null, [1, [2]], 'there'];
    return {
      ...this.#who(),
      position: positions[this.#random.between(0, 4)],
      ...(this.#random.between(0, 9) > 0 && { revision: this.#revision + this.#random.between(-3, 1) }),
      timestamp: this.#time - this.#random.between(0, 9_000),
    };
  }

  #participant() {
    const { user_id } = this.#who();
    const joined_at = this.#time - this.#random.between(0, 1e6);
    const guest = this.#random.between(0, 5) === 0 && { guest: true as const };
    return { user_id, name: 'Ada', role: 'editor' as const, connections: 1, joined_at, ...guest };
  }
}

describe('compact frames', () => {
  it('say the same as readable events, whoever comes, goes, is slow, and is in whatever rooms', () => {
    for (let seed = 1; seed <= runs; seed++) {
      const random = new Random(seed);
      const rooms = [1, 2, 3].map((name) => ({ scene: new Scene(random, `${name}`), members: [] as Listener[] }));
      // Connections: each may be in all rooms.
      const readers = [new Reader(), new Reader(), new Reader()];
      for (let step = 0; step < length; step++) {
        const room = rooms[random.between(0, 2)] ?? assert.fail();
        if (random.between(0, 4) === 0) room.members.push(new Listener(readers[random.between(0, 2)]));
        if (random.between(0, 9) === 0) room.members.shift();
        // One connection is in a room once.
        room.members = room.members.filter(
          ({ reader }, index) => room.members.findLastIndex((other) => other.reader === reader) === index,
        );
        const listeners = room.members.filter(() => random.between(0, 9) > 0);
        if (listeners.length === 0) continue;
        const [event, payload] = room.scene.next();
        const frame = sent(room.scene.writer.encode(event, payload, listeners, room.scene.now));
        for (const { reader } of listeners) {
          assert.deepEqual(reader.read(frame), [event, sent(payload)], `seed ${seed}, step ${step}: ${frame}`);
        }
      }
    }
  });

  it('begin anew rather than give more than a thousand numbers', () => {
    const writer = new Writer();
    const listener = new Listener();
    const room_id = 'song:1' as const;
    let begun = 0;
    for (let number = 0; number < 5_000; number++) {
      const payload = { room_id, user_ids: [`user-${number}`, `user-${number - 1}`] };
      const frame = writer.encode('typing_changed', payload, [listener], 0);
      if (typeof frame[1] !== 'number') begun += 1;
      assert.deepEqual(listener.reader.read(frame), ['typing_changed', payload]);
    }
    assert.equal(begun, 5);
  });

  it('take at most 70 bytes for a keystroke, 50 where two come together and 60 a cursor, with UUIDs for ids', () => {
    const writer = new Writer();
    const listener = new Listener();
    const room_id = 'song:1' as const;
    const clients = Array.from({ length: 40 }, () => ({ client_id: randomUUID(), user_id: randomUUID() }));
    let sequence = 0;
    let revision = 100_000;
    const time = 1_760_000_000_000;
    const entry = (client: object) => ({
      operation: [revision - 3, 'x'],
      ...client,
      sequence,
      timestamp: time + revision * 100,
    });
    const bytes = (event: CompactEventName, payload: object) =>
      bytesOf(encode('c', writer.encode(event, payload as never, [listener], time)).frame);
    const type = (from: number, to: number) => {
      const operations = clients.slice(from, to).map(entry);
      revision += to - from;
      const update = { room_id, epoch: 'Zr3c', revision: revision - to + from, operations, proof: 'N1cJ0d9hPqQ1v6pA' };
      return bytes('collaboration_update', update);
    };
    for (sequence = 2_000; sequence < 2_003; sequence++) type(0, 40);
    assert.ok(type(0, 1) <= 70);
    assert.ok(type(1, 3) <= 2 * 50);
    assert.ok(type(3, 40) <= 37 * 26);
    const timestamp = time + revision * 100 + 40;
    const cursors = clients.map((client) => ({ ...client, position: revision - 9, revision, timestamp }));
    assert.ok(bytes('cursor_moved', { room_id, cursors: cursors.slice(0, 1) }) <= 60);
    assert.ok(bytes('cursor_moved', { room_id, cursors }) <= 40 * 20);
  });

  it('are not understood where they build on what never came', () => {
    const reader = new Reader();
    assert.equal(reader.read([0, 7, 3, 'p']), undefined);
    assert.deepEqual(reader.read([2, [7, 'song:1', 0], 'ada']), [
      'typing_changed',
      { room_id: 'song:1', user_ids: ['ada'] },
    ]);
    for (const frame of [[2, 7, 1], [0, 7, 3, 'p', [1, [], 0]], [9, 7], [2, 8], [], null, 'x'])
      assert.equal(reader.read(frame as CompactFrame), undefined, JSON.stringify(frame));
  });
});

describe('the test vectors of compact frames', () => {
  const { frames, unknown } = JSON.parse(readFileSync(new URL('../vectors/compact.json', import.meta.url), 'utf8')) as {
    frames: { frame: CompactFrame; event: string; payload: unknown }[];
    unknown: { after: CompactFrame[]; frame: CompactFrame }[];
  };

  it(`hold for ${frames.length} frames of one connection, and ${unknown.length} that can not be read`, () => {
    const reader = new Reader();
    for (const { frame, event, payload } of frames)
      assert.deepEqual(reader.read(frame), [event, payload], JSON.stringify(frame));
    for (const { after, frame } of unknown) {
      const other = new Reader();
      for (const before of after) assert.ok(other.read(before), JSON.stringify(before));
      assert.equal(other.read(frame), undefined, JSON.stringify(frame));
    }
  });

  it('are what the server writes', () => {
    const rooms = new Map<number, { writer: Writer; listener: Listener }>();
    for (const { frame, event, payload } of frames) {
      const [, room] = frame;
      const [number, , now] = typeof room === 'number' ? [room, '', 0] : room;
      const { writer, listener } = rooms.get(number) ?? { writer: new Writer(), listener: new Listener() };
      rooms.set(number, { writer, listener });
      // Somebody else has joined.
      const listeners = typeof room === 'number' ? [listener] : [listener, new Listener()];
      const [kind, , ...parts] = writer.encode(event as CompactEventName, payload as never, listeners, now);
      assert.deepEqual([kind, ...parts], [frame[0], ...frame.slice(2)], JSON.stringify(frame));
    }
  });
});
