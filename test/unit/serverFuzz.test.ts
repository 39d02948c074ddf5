import assert from 'node:assert/strict';
import type { CollaborationServer } from '../../server/application.ts';
import type { Log } from '../../server/logs/log.ts';
import { createMemoryLog } from '../../server/logs/memory.ts';
import type { TextOperation } from '../../shared/documents/text/operation.ts';
import { text } from '../../shared/documents/text.ts';
import type { Entry } from '../../shared/documents/type.ts';
import type { Since } from '../../shared/events.ts';
import { Impatient, notOnce } from '../support/impatient.ts';
import { Random } from '../support/random.ts';
import { ask, type Client, connect, next, request, startServer, tokenFor } from '../support/server.ts';

/** `RUNS=…` tells more of them. */
const runs = Number(process.env.RUNS ?? 20);
const steps = 40;
const room_id = 'song:fuzz';
const all = { limit: 1_000_000, bytes: Number.MAX_SAFE_INTEGER };

/** How often each word is said. */
const vocabulary = { write: 6, overtake: 4, look: 4, restore: 2, clockBack: 1, leaveWhileJoining: 2, promote: 2 };
type Word = keyof typeof vocabulary;

/** Two who write to a real server, each to the letter of the protocol, and one who reads; the store and the clock are put back now and then. */
class Story {
  readonly #random: Random;
  readonly #words: Word[] = Object.entries(vocabulary).flatMap(([word, times]) => Array(times).fill(word));
  readonly #writers = ['a', 'b'].map((name) => new Impatient(room_id, name));
  /** Of each writer, what it may write over. */
  #lines = new Map<Impatient, Client[]>();
  #reader: Client | undefined;
  #server: CollaborationServer | undefined;
  #log: Log = createMemoryLog();
  #content = text.create();
  #since: Since = { epoch: '', revision: 0 };
  /** Of the entry that was read last. */
  #timestamp = 0;
  /** What was written by people who could only read when they came. */
  #promoted: string[] = [];
  #promotions = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  async tell(): Promise<void> {
    const machine = Date.now;
    try {
      await this.#start();
      for (let step = 0; step < steps; step++) await this.#actions[this.#random.pick(this.#words)]();
      await this.#look();
      const marks = this.#writers.flatMap(({ acknowledged }) => acknowledged);
      assert.deepEqual(notOnce(this.#text, [...marks, ...this.#promoted]), []);
      await this.#server?.close();
    } finally {
      Date.now = machine;
    }
  }

  readonly #actions: Record<Word, () => Promise<void>> = {
    write: () => this.#write(),
    overtake: () => this.#overtake(),
    look: () => this.#look(),
    restore: () => this.#restore(),
    clockBack: () => this.#setClockBack(),
    leaveWhileJoining: () => this.#leaveWhileJoining(),
    promote: () => this.#promote(),
  };

  async #write(): Promise<void> {
    const writer = this.#random.pick(this.#writers);
    const [line] = this.#lines.get(writer) ?? [];
    assert.ok(line);
    await writer.write(line, line, true);
  }

  async #overtake(): Promise<void> {
    const writer = this.#random.pick(this.#writers);
    const [one, other] = this.#lines.get(writer) ?? [];
    assert.ok(one && other);
    await writer.write(one, this.#random.pick([one, other]));
  }

  /** The reader comes back with what it knows, and must have what the room has. */
  async #look(): Promise<void> {
    const reader = this.#reader;
    assert.ok(reader);
    const state = await request(reader, 'join_room', { room_id, client_id: 'reader', since: this.#since });
    if (state.document) {
      this.#content = text.load(state.document.content);
      this.#timestamp = 0;
    }
    for (const entry of (state.operations ?? []) as Entry<TextOperation>[]) {
      this.#content = text.apply(this.#content, entry, 0);
      assert.ok(entry.timestamp >= this.#timestamp, 'an entry is from before the one that it follows');
      this.#timestamp = entry.timestamp;
    }
    const { epoch, revision, proof } = state;
    this.#since = { epoch, revision, proof };
    const { document } = await request(reader, 'get_room_state', { room_id });
    assert.equal(this.#text, document?.content, 'who reads has another text than the room');
  }

  /** The server ends, and the store comes back without its last entries: in the same epoch, and nobody has the room in memory. */
  async #restore(): Promise<void> {
    await this.#server?.close();
    const [stored] = await this.#log.list({ prefix: '', after: '', limit: 1 });
    if (stored) {
      const { epoch, revision } = await this.#log.load(stored.room);
      const entries = (await this.#log.read(stored.room, { epoch, after: 0, ...all })) ?? [];
      const kept = entries.slice(0, Math.max(1, revision - this.#random.between(0, 4)));
      this.#log = createMemoryLog({ epoch: () => epoch });
      await this.#log.append(stored.room, { epoch: '', after: 0, entries: kept });
      const inserted = JSON.stringify(kept.map(({ operation }) => operation));
      for (const writer of this.#writers) writer.forget((mark) => !inserted.includes(mark));
      this.#promoted = this.#promoted.filter((mark) => inserted.includes(mark));
    }
    await this.#start();
  }

  /** The machine's clock is set back by an hour, and the server started anew. */
  async #setClockBack(): Promise<void> {
    await this.#server?.close();
    const before = Date.now;
    Date.now = () => before() - 60 * 60 * 1_000;
    await this.#start();
  }

  /** Somebody goes before the join is answered: and is not in the room. */
  async #leaveWhileJoining(): Promise<void> {
    const passerby = await this.#connect({ sub: 'passerby' });
    const joining = ask(passerby, 'join_room', { room_id, client_id: 'passerby' });
    await request(passerby, 'leave_room', { room_id });
    await joining;
    await this.#look();
    const { participants } = await request(this.#reader ?? assert.fail(), 'get_room_state', { room_id });
    assert.ok(!participants.some(({ user_id }) => user_id === 'passerby'), 'who has left is in the room');
    passerby.disconnect();
  }

  /** Somebody may only read, and then write, over the same connection. */
  async #promote(): Promise<void> {
    const claims = (role: string) => ({ sub: 'novice', rooms: { '*': role } });
    const novice = await this.#connect(claims('viewer'));
    await request(novice, 'join_room', { room_id, client_id: 'novice' });
    const told = next(novice, 'role_changed');
    await request(novice, 'authenticate', { token: tokenFor(claims('editor')) });
    assert.equal((await told).role, 'editor');
    this.#promotions += 1;
    const mark = `<novice${this.#promotions}>`;
    await request(novice, 'collaboration_operation', { room_id, operation: [mark] });
    this.#promoted.push(mark);
    novice.disconnect();
  }

  #connect(claims: object): Promise<Client> {
    return connect(this.#server ?? assert.fail(), claims);
  }

  async #start(): Promise<void> {
    this.#server = await startServer({ log: this.#log });
    for (const writer of this.#writers) {
      const line = () => this.#connect({ sub: writer.client_id });
      this.#lines.set(writer, [await line(), await line()]);
    }
    this.#reader = await this.#connect({ sub: 'reader' });
  }

  get #text(): string {
    return String(text.save(this.#content));
  }
}

describe('a server, and a store that is put back now and then', () => {
  it(`lose nothing that was acknowledged since, and give nobody another text, in ${runs} runs of ${steps} steps`, async function () {
    this.timeout(0);
    const first = new Random();
    for (let run = 0; run < runs; run++) {
      const random = new Random(first.seed + run);
      await new Story(random).tell().catch((cause) => {
        throw new Error(`fails with SEED=${random.seed}: ${cause.message}`, { cause });
      });
    }
  });
});
