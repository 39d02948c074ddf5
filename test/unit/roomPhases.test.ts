import assert from 'node:assert/strict';
import type { Connection } from '../../client/connection/connection.ts';
import { SharedText, songs } from '../../client/documents/text.ts';
import { claim } from '../../client/room/claim.ts';
import { type Phase, phases, type Step } from '../../client/room/phases.ts';
import { Room } from '../../client/room/room.ts';
import { memoryStorage, type ReplicaStorage } from '../../client/room/storage.ts';
import { type ErrorCode, messageOf, Refusal } from '../../shared/refusals.ts';
import type { Role } from '../../shared/rooms.ts';
import { cleanup } from '../support/cleanup.ts';
import { cells, watch } from '../support/transitions.ts';

const room_id = 'song:1';
const epoch = 'epoch 1';

type Answered = { ok: boolean; [field: string]: unknown };

/** A question that the server was asked. It can be answered at any time. */
interface Question {
  event: string;
  answer(answer: Answered): void;
}

/** A connection with nobody at the other end, which leaves its questions open when it is lost. */
class Line {
  readonly url = 'line';
  isConnected = false;
  greeting = {
    user: { user_id: 'ada' },
    limits: { max_operation_bytes: 1_000, max_operation_parts: 100, max_document_bytes: 1e6 },
  };
  readonly questions: Question[] = [];
  readonly sent: string[] = [];
  readonly #listeners = new Set<(state: { status: string }) => void>();

  on(_: string, listener: (state: { status: string }) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  set(status: 'connected' | 'reconnecting'): void {
    this.isConnected = status === 'connected';
    for (const listener of this.#listeners) listener({ status });
  }

  send(event: string): void {
    this.sent.push(event);
  }

  ask(event: string, _: unknown, heard?: (answer: Answered) => void): Promise<Answered> {
    return new Promise((resolve) => {
      const answer = (answer: Answered) => {
        heard?.(answer);
        resolve(answer);
      };
      this.questions.push({ event, answer });
    });
  }
}

/** A storage that answers what it is told to, and when. */
class Shelf implements ReplicaStorage {
  readonly #memory = memoryStorage();
  readonly #waiting: { end(): void; fail(): void }[] = [];

  get(key: string): Promise<unknown> {
    return this.#memory.get(key);
  }

  async set(key: string, value: unknown): Promise<void> {
    await this.#wait();
    await this.#memory.set(key, value);
  }

  delete(key: string): Promise<void> {
    return this.#memory.delete(key);
  }

  async keys(): Promise<string[]> {
    await this.#wait();
    return this.#memory.keys();
  }

  answer(outcome: 'end' | 'fail'): void {
    for (const waiting of this.#waiting.splice(0)) waiting[outcome]();
  }

  #wait(): Promise<void> {
    return new Promise((end, reject) => this.#waiting.push({ end, fail: () => reject(new Error('no space left')) }));
  }
}

/** Timers that run when they are told to. */
class Timers {
  readonly #timers = new Map<number, { callback: () => void; wait: number }>();
  #last = 0;

  constructor() {
    const { setTimeout, clearTimeout } = globalThis;
    cleanup(() => Object.assign(globalThis, { setTimeout, clearTimeout }));
    Object.assign(globalThis, {
      setTimeout: (callback: () => void, wait: number) => {
        this.#last += 1;
        this.#timers.set(this.#last, { callback, wait });
        return this.#last;
      },
      clearTimeout: (timer: number) => void this.#timers.delete(timer),
    });
  }

  /** How long each of them waits. */
  get waits(): number[] {
    return [...this.#timers.values()].map(({ wait }) => wait);
  }

  run(): void {
    const due = [...this.#timers.values()];
    this.#timers.clear();
    for (const { callback } of due) callback();
  }
}

const state = {
  ok: true,
  room_id,
  role: 'editor',
  epoch,
  revision: 1,
  recovered: false,
  document: { type: 'text', content: '.' },
  sequence: 0,
  participants: [],
  participant_count: 0,
  cursors: [],
  typing: [],
};
const entry = { operation: ['y'], client_id: 'ben', user_id: 'ben', timestamp: 0 };
/** How the server answers. */
const answers: Record<string, Answered> = {
  join_room: state,
  get_operations: { ok: true, epoch, revision: 2, operations: [entry], more: false },
  leave_room: { ok: true, room_id },
};

function refused(code: ErrorCode, retry_after_ms?: number): Answered {
  return { ok: false, error: messageOf(new Refusal(code, 'no', { retry_after_ms }), 0) };
}

/** Resolves when all that can happen by itself has. */
async function ticks(): Promise<void> {
  for (let passed = 0; passed < 3; passed++) await new Promise(setImmediate);
}

/** All that can happen to a room. */
class Stage {
  readonly line = new Line();
  readonly shelf = new Shelf();
  readonly timers = new Timers();
  /** Who was greeted. */
  readonly ownership = { greeted: 'ada', first: Promise.resolve('ada') };
  readonly room: Room;
  /** The states that were told. */
  readonly told: unknown[] = [];
  readonly #phaseOf = watch(phases);

  constructor() {
    const create = () => new SharedText({ client_id: `client ${Math.random()}`, now: Date.now });
    this.room = new Room({
      connection: this.line as unknown as Connection,
      storage: this.shelf,
      ownership: this.ownership,
      room_id,
      document: create(),
      documents: songs,
      create,
      isInbox: false,
      before: undefined,
      onLeft() {},
    });
    this.room.on('state', (state) => void this.told.push(state));
    cleanup(() => {
      this.line.set('reconnecting');
      this.room.leave().catch(() => {});
      this.shelf.answer('end');
    });
  }

  get phase(): Phase | undefined {
    return this.#phaseOf(() => this.room.rejoin());
  }

  /** What is seen of it. */
  get seen(): unknown {
    const { room, line, told } = this;
    // To say once more that one is gone does no harm.
    const questions = line.questions.map(({ event }) => event).filter((event) => event !== 'leave_room');
    return { state: room.state, told: told.length, questions, sent: [...line.sent], people: room.participants };
  }

  async tell(step: Step): Promise<void> {
    this.#steps[step]();
    await ticks();
  }

  /** Reaches a phase, after a join that was never answered. */
  async reach(phase: Phase): Promise<void> {
    await ticks();
    if (phase !== 'opening') for (const step of ['done', 'join', 'lost'] as const) await this.tell(step);
    for (const step of ways[phase]) await this.tell(step);
  }

  /** Something happens. What is answered where nothing was asked belongs to what was asked long ago. */
  readonly #steps: Record<Step, () => void> = {
    join: () => {
      this.#head('epoch 2', 2);
      this.line.set('connected');
    },
    catchUp: () => this.#head(epoch, 2),
    keep: () => this.room.text.insert(0, 'x'),
    done: () => {
      const { phase } = this;
      if (phase === 'opening' || phase === 'keeping') this.shelf.answer('end');
      else if (phase === 'waiting') this.#pass();
      else this.#answer();
    },
    refused: () => {
      if (this.phase === 'keeping') this.shelf.answer('fail');
      else this.#answer(refused('room_full', 3_600_000));
    },
    barred: () => this.#answer(refused('forbidden')),
    entered: () => {
      this.line.isConnected = false;
      this.room.received('room_joined', state as never);
    },
    role: () => this.room.received('role_changed', { room_id, role: 'viewer' } as never),
    removed: () => this.room.received('room_removed', { room_id, reason: 'kicked' }),
    lost: () => this.line.set('reconnecting'),
    handOver: () => {
      this.ownership.greeted = 'ben';
      this.line.set('connected');
    },
    rejoin: () => {
      this.line.isConnected = false;
      this.room.rejoin();
    },
    leave: () => void this.room.leave(),
  };

  /** The pause is over, and the connection is gone without a word. */
  #pass(): void {
    this.line.isConnected = false;
    this.timers.run();
  }

  #head(epoch: string, revision: number): void {
    this.room.received('room_head', { room_id, epoch, revision, proof: '', participant_count: 0 });
  }

  #answer(answer?: Answered): void {
    const asks = this.phase === 'joining' || this.phase === 'catchingUp';
    const answered = asks ? this.line.questions.slice(-1) : [...this.line.questions];
    for (const { event, answer: hear } of answered) hear(answer ?? (answers[event] as Answered));
  }
}

const joined: Step[] = ['join', 'done'];
const ways: Record<Phase, Step[]> = {
  opening: [],
  away: [],
  joining: ['join'],
  joined,
  catchingUp: [...joined, 'catchUp'],
  keeping: [...joined, 'keep'],
  waiting: [...joined, 'catchUp', 'refused'],
  removed: [...joined, 'removed'],
  left: [...joined, 'leave'],
};

// What claims without locks is fetched with the first.
before(() => claim('the first'));

describe('a room that is', () => {
  for (const { state, event, next } of cells(phases)) {
    it(`${state} ${next ? `becomes ${next}` : 'stays so, and does nothing'} by ${event}`, async () => {
      const stage = new Stage();
      await stage.reach(state);
      assert.equal(stage.phase, state);
      const before = stage.seen;
      await stage.tell(event);
      assert.equal(stage.phase, next || state);
      if (!next) assert.deepEqual(stage.seen, before);
      if (event !== 'role' || !next) return;
      assert.equal(stage.room.role, 'viewer');
      // What it is at goes on.
      if (state !== 'joined') await stage.tell('done');
      assert.equal(stage.phase, phases[state].done || state);
    });
  }

  it('is tested in every cell', () => assert.equal(cells(phases).length, 9 * 13));
});

describe('a room whose role is another one', () => {
  const become = (stage: Stage, role: Role) => stage.room.received('role_changed', { room_id, role } as never);

  it('keeps what is unsent while it may only read, and sends it when it may write', async () => {
    const stage = new Stage();
    await stage.reach('catchingUp');
    stage.room.text.insert(0, 'x');
    become(stage, 'viewer');
    assert.throws(() => stage.room.text.insert(0, 'y'), { error_code: 'forbidden' });
    await stage.tell('done');
    assert.deepEqual([stage.room.hasUnsent, stage.line.sent], [true, []]);
    become(stage, 'host');
    assert.equal(stage.phase, 'keeping');
    await stage.tell('done');
    assert.deepEqual(stage.line.sent, ['collaboration_operation']);
  });

  it('sends again what was refused while it was a viewer, also where it hears of that later', async () => {
    const stage = new Stage();
    await stage.reach('keeping');
    await stage.tell('done');
    become(stage, 'viewer');
    become(stage, 'editor');
    const { error } = refused('forbidden', 0);
    stage.room.received('error', { ...(error as object), sequence: 1 } as never);
    assert.equal(stage.room.role, 'editor');
    await stage.tell('done');
    assert.deepEqual(stage.line.sent, ['collaboration_operation', 'collaboration_operation']);
  });

  it('hears so by the answer to a join that is under way', async () => {
    const stage = new Stage();
    await stage.reach('joined');
    await stage.tell('join');
    become(stage, 'viewer');
    assert.equal(stage.room.role, 'editor', 'that is about the visit before');
    stage.line.questions.at(-1)?.answer({ ...state, role: 'host' });
    assert.equal(stage.room.role, 'host');
  });
});

describe('a room that is refused', () => {
  it('asks again after growing pauses, each at least as long as it was told to wait', async () => {
    const { random } = Math;
    cleanup(() => Object.assign(Math, { random }));
    Math.random = () => 1;
    const stage = new Stage();
    await stage.reach('joining');
    const pauses: (number | undefined)[] = [];
    for (const floor of [undefined, undefined, 5_000, undefined, undefined, undefined, undefined]) {
      stage.line.questions.at(-1)?.answer(refused('room_full', floor));
      pauses.push(...stage.timers.waits);
      // What is typed meanwhile does not make it impatient.
      stage.room.text.insert(0, 'x');
      assert.equal(stage.phase, 'waiting');
      stage.timers.run();
      assert.equal(stage.phase, 'joining');
    }
    assert.deepEqual(pauses, [1_000, 2_000, 5_000 + 4_000, 8_000, 16_000, 30_000, 30_000]);
    stage.line.questions.at(-1)?.answer(state);
    for (const step of ['done', 'catchUp'] as const) await stage.tell(step);
    stage.line.questions.at(-1)?.answer(refused('rate_limited'));
    assert.ok(stage.timers.waits.includes(1_000), 'once it was let in, it begins anew');
  });

  it('says why what is typed can not leave, and tries again', async () => {
    const stage = new Stage();
    await stage.reach('keeping');
    await stage.tell('refused');
    assert.match(stage.room.state.refusal?.message ?? '', /not kept: Error: no space left/);
    assert.deepEqual(stage.line.sent, []);
    stage.timers.run();
    for (const step of ['done', 'done', 'done'] as const) await stage.tell(step);
    assert.deepEqual(stage.line.sent, ['collaboration_operation']);
  });
});

describe('a room that is left', () => {
  it('tells the server, and once more where that has let it in after all', async () => {
    const stage = new Stage();
    await stage.reach('joining');
    const left = stage.room.leave();
    const [join, leave] = stage.line.questions.slice(-2);
    assert.deepEqual([join?.event, leave?.event], ['join_room', 'leave_room']);
    leave?.answer(refused('not_found'));
    join?.answer(state);
    await ticks();
    assert.equal(stage.line.questions.at(-1)?.event, 'leave_room');
    assert.equal(stage.room.state.status, 'left');
    stage.shelf.answer('end');
    await left;
  });

  it('says nothing more where the server has not let it in', async () => {
    const stage = new Stage();
    await stage.reach('joining');
    void stage.room.leave();
    const asked = stage.line.questions.length;
    for (const question of stage.line.questions.slice(-2)) question.answer(refused('not_found'));
    await ticks();
    assert.equal(stage.line.questions.length, asked);
  });

  it('before it was open, keeps what was typed before what an earlier page left', async () => {
    const stage = new Stage();
    const earlier = new SharedText({ client_id: 'earlier', now: Date.now });
    earlier.insert(0, 'earlier');
    const key = `ada ${room_id} earlier`;
    const kept = stage.shelf.set(key, { saved: earlier.save(), unsent: true, at: 0, role: 'editor' });
    stage.shelf.answer('end');
    await kept;
    await ticks();
    stage.room.text.insert(0, 'typed ');
    const left = stage.room.leave();
    for (let answers = 0; answers < 3; answers++) {
      stage.shelf.answer('end');
      await ticks();
    }
    await left;
    assert.equal(stage.room.text.text, 'typed ', 'what is found later is not shown');
    const { saved } = (await stage.shelf.get(key)) as { saved: { pending: unknown } };
    assert.deepEqual(saved.pending, ['typed earlier']);
    assert.deepEqual(await all(stage.shelf), [key]);
  });
});

async function all(shelf: Shelf): Promise<string[]> {
  const keys = shelf.keys();
  shelf.answer('end');
  return keys;
}
