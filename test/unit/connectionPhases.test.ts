import assert from 'node:assert/strict';
import { Manager } from 'socket.io-client';
import { Connection } from '../../client/connection/connection.ts';
import { type Phase, phases, type Step } from '../../client/connection/phases.ts';
import { Questions } from '../../client/connection/questions.ts';
import { messageOf, Refusal } from '../../shared/refusals.ts';
import { cleanup } from '../support/cleanup.ts';
import { cells, watch } from '../support/transitions.ts';

/** What the socket below a connection can be made to say. */
interface Puppet {
  connect(): unknown;
  disconnect(): unknown;
  emit(): unknown;
  emitReserved(event: string, ...args: unknown[]): void;
  emitEvent(args: unknown[]): void;
}

const greeting = { user: { user_id: 'ada', name: 'ada' }, server_time: 0 };
const forbidden = Object.assign(new Error('forbidden'), { data: messageOf(new Refusal('forbidden', 'banned'), 0) });

/** All that can happen to a connection, with nobody at the other end. */
class Stage {
  readonly connection: Connection;
  /** What was done to the socket, and told to listeners. */
  readonly done: string[] = [];
  readonly #socket: Puppet;
  /** How to answer who asked for a token. */
  readonly #tokens: ((token: string) => void)[] = [];
  readonly #phaseOf = watch(phases);

  constructor() {
    const { socket } = Manager.prototype;
    let puppet: Puppet | undefined;
    Manager.prototype.socket = function (this: Manager, ...args) {
      const created = socket.apply(this, args);
      puppet = created as unknown as Puppet;
      return created;
    };
    this.connection = new Connection('http://127.0.0.1:1', {
      token: () => new Promise((resolve) => this.#tokens.push(resolve)),
    });
    Manager.prototype.socket = socket;
    assert(puppet);
    this.#socket = puppet;
    for (const word of ['connect', 'disconnect', 'emit'] as const) {
      this.#socket[word] = () => {
        this.done.push(word);
      };
    }
    this.connection.on('state', ({ status }) => void this.done.push(status));
    cleanup(() => this.connection.disconnect());
  }

  get phase(): Phase | undefined {
    return this.#phaseOf(() => this.connection.retryNow());
  }

  /** Something happens; where a token is awaited by nobody, it is one that was asked for long ago. */
  async tell(step: Step): Promise<void> {
    this.#steps[step]();
    await new Promise(setImmediate);
  }

  readonly #steps: Record<Step, () => void> = {
    connect: () => this.connection.connect(),
    authorized: () => {
      for (const answer of this.phase === 'authorizing' ? this.#tokens.slice(-1) : this.#tokens) answer('token');
    },
    greeted: () => this.#socket.emitEvent(['connected', { ...greeting }]),
    broke: () => this.#socket.emitReserved('disconnect', 'transport close'),
    due: () => this.connection.retryNow(),
    disconnect: () => this.connection.disconnect(),
  };

  /** The server will not have this user. */
  forbid(): void {
    this.#socket.emitReserved('connect_error', forbidden);
  }
}

/** How each phase is reached, besides the first; before that a token was asked for that never came. */
const ways: Record<Phase, Step[]> = {
  initial: [],
  authorizing: ['connect', 'disconnect', 'connect'],
  opening: ['connect', 'disconnect', 'connect', 'authorized'],
  connected: ['connect', 'disconnect', 'connect', 'authorized', 'greeted'],
  waiting: ['connect', 'disconnect', 'connect', 'authorized', 'broke'],
  disconnected: ['connect', 'disconnect'],
};

/** How far the server's clock is ahead, in whole seconds: where clocks agree, each look at them is some microseconds off. */
function secondsAhead({ serverTimeOffset }: Connection): string {
  return (serverTimeOffset / 1_000).toFixed().replace('-0', '0');
}

describe('a connection that is', () => {
  for (const { state, event, next } of cells(phases)) {
    it(`${state} ${next ? `becomes ${next}` : 'stays so, and does nothing'} by ${event}`, async () => {
      const stage = new Stage();
      for (const step of ways[state]) await stage.tell(step);
      assert.equal(stage.phase, state);
      const { connection } = stage;
      const known = () => [connection.state, connection.greeting, secondsAhead(connection)] as const;
      const before = known();
      const done = stage.done.length;
      await stage.tell(event);
      assert.equal(stage.phase, next || state);
      if (next) return;
      for (const [index, value] of known().entries()) assert.equal(value, before[index]);
      assert.deepEqual(stage.done.slice(done), []);
    });
  }

  for (const [state, { broke, disconnect }] of Object.entries(phases)) {
    it(`${state} ${broke ? 'ends' : 'stays so'} where the server will not have the user`, async () => {
      const stage = new Stage();
      for (const step of ways[state as Phase]) await stage.tell(step);
      stage.forbid();
      assert.equal(stage.phase, broke ? disconnect : state);
    });
  }

  it('is tested in every cell', () => assert.equal(cells(phases).length, 6 * 6));
});

describe('a question', () => {
  it('has one answer: what comes after its time, or after the connection, is not heard', async () => {
    const questions = new Questions();
    const heard: unknown[] = [];
    const late: (() => void)[] = [];
    const ask = (within: number) =>
      questions.ask<'ping'>(
        (answered) => void late.push(() => answered({ ok: true, timestamp: 0 })),
        within,
        (answer) => void heard.push(answer),
      );
    assert.equal(await ask(1), undefined);
    const lost = ask(10_000);
    questions.end();
    assert.equal(await lost, undefined);
    for (const answer of late) answer();
    assert.deepEqual(heard, []);
    const answered = ask(10_000);
    for (let twice = 0; twice < 2; twice++) late.at(-1)?.();
    assert.deepEqual(heard, [{ ok: true, timestamp: 0 }]);
    assert.deepEqual(await answered, { ok: true, timestamp: 0 });
  });
});
