import assert from 'node:assert/strict';
import { type Happening, type Membership, type State, transitions } from '../../server/connections/membership.ts';
import { Memberships } from '../../server/connections/memberships.ts';
import type { RoomState } from '../../shared/events.ts';
import { type ErrorCode, Refusal } from '../../shared/refusals.ts';
import { parseRoomId, type Role, type RoomId } from '../../shared/rooms.ts';

const room_id = parseRoomId('song:1');
const inbox = parseRoomId('user:ada');

/** A join whose preparing ends when the test says so. */
interface Attempt {
  membership: Membership;
  /** What it was answered, once it was. */
  answer: 'let in' | ErrorCode | undefined;
  /** What it waits for is there, or is refused. */
  allow(): Promise<void>;
  deny(): Promise<void>;
  /** The rest of what it waits for is there. */
  makeReady(): Promise<void>;
}

/** A connection's rooms, and what its joins came to. */
class Visitor {
  readonly rooms = new Memberships({
    maxRooms: 2,
    inbox,
    onEntered: (room) => this.heard.add(room),
    onExited: (room) => this.heard.delete(room),
    onAbandoned: (preparing) => {
      const over = () => this.abandoned.delete(preparing);
      this.abandoned.add(preparing);
      preparing.then(over, over);
    },
  });
  /** The rooms whose news it hears. */
  readonly heard = new Set<RoomId>();
  /** In which others see it, and how often. */
  readonly seen: RoomId[] = [];
  readonly abandoned = new Set<Promise<unknown>>();
  readonly answers: Attempt['answer'][] = [];
  /** The roles that it was told by itself. */
  readonly told: Role[] = [];
  /** How many places are kept for it. */
  reserved = 0;
  /** Whether there is more to wait for, in the turn of its reader, than what allow() and deny() are about. */
  makesWait = false;

  join(room = room_id): Attempt {
    const membership = this.rooms.ask(room);
    let allow = () => {};
    let makeReady = () => {};
    const ready = new Promise<void>((resolve) => {
      makeReady = resolve;
    });
    let deny = (_: Refusal) => {};
    const gate = new Promise<void>((resolve, reject) => {
      allow = resolve;
      deny = reject;
    });
    const answered = membership
      .prepare(async () => {
        await gate;
        if (!membership.isDecided) membership.update('viewer');
        this.reserved += 1;
        return {
          ready: () => (this.makesWait ? ready : Promise.resolve()),
          enter: () => {
            this.seen.push(room);
            membership.entered({
              cursors: [],
              updated: (role) => void (role && this.told.push(role)),
              withdraw() {},
              gone: () => this.#unseen(room),
            });
            return {} as RoomState;
          },
          release: () => {
            this.reserved -= 1;
          },
        };
      })
      .then((prepare) => prepare())
      .then((enter) => enter())
      .then(
        () => 'let in' as const,
        (error: Refusal) => error.error_code,
      );
    const attempt: Attempt = {
      membership,
      answer: undefined,
      allow: async () => {
        allow();
        await settled();
      },
      makeReady: async () => {
        makeReady();
        await settled();
      },
      deny: async () => {
        deny(new Refusal('unavailable', 'nobody answers'));
        await settled();
      },
    };
    void answered.then((answer) => {
      attempt.answer = answer;
      this.answers.push(answer);
    });
    return attempt;
  }

  #unseen(room: RoomId): void {
    this.seen.splice(this.seen.indexOf(room), 1);
  }
}

/** Resolves when all that can happen by itself has. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A visitor one of whose joins is in a state. */
const arrivedAt: Record<State, () => Promise<{ visitor: Visitor; attempt: Attempt }>> = {
  async joining() {
    const visitor = new Visitor();
    return { visitor, attempt: visitor.join() };
  },
  async in() {
    const { visitor, attempt } = await arrivedAt.joining();
    await attempt.allow();
    return { visitor, attempt };
  },
  async left() {
    const { visitor, attempt } = await arrivedAt.joining();
    visitor.rooms.leave(room_id);
    await settled();
    return { visitor, attempt };
  },
  async out() {
    const { visitor, attempt } = await arrivedAt.in();
    visitor.rooms.leave(room_id);
    return { visitor, attempt };
  },
};

/** Brings it about. */
const bringAbout: Record<Happening, (visitor: Visitor, attempt: Attempt) => unknown> = {
  decided: (_, { membership }) => membership.update('editor'),
  answered: (_, attempt) => attempt.allow(),
  refused: (_, attempt) => attempt.deny(),
  leave: (visitor) => visitor.rooms.leave(room_id),
  removed: (_, { membership }) => membership.end('removed'),
  // A join has its turn when those before it are settled: that one under way is replaced can not come about by itself.
  replaced: (visitor, { membership }) =>
    membership.state === 'joining' ? membership.end('replaced') : visitor.join().allow(),
  ended: (visitor) => visitor.rooms.end(),
};

/** What the join is answered, in all; and what its connection has of the room in the end. */
interface Cell {
  answer: Attempt['answer'];
  room: 'none' | 'in';
  /** The role that it is told by itself. */
  told?: Role;
}

/** Every state, and whatever may happen in it. */
const cells: Record<State, Record<Happening, Cell>> = {
  joining: {
    decided: { answer: undefined, room: 'none' },
    answered: { answer: 'let in', room: 'in' },
    refused: { answer: 'unavailable', room: 'none' },
    leave: { answer: 'conflict', room: 'none' },
    removed: { answer: 'forbidden', room: 'none' },
    replaced: { answer: 'conflict', room: 'none' },
    ended: { answer: 'not_found', room: 'none' },
  },
  in: {
    decided: { answer: 'let in', room: 'in', told: 'editor' },
    answered: { answer: 'let in', room: 'in' },
    refused: { answer: 'let in', room: 'in' },
    leave: { answer: 'let in', room: 'none' },
    removed: { answer: 'let in', room: 'none' },
    replaced: { answer: 'let in', room: 'in' },
    ended: { answer: 'let in', room: 'none' },
  },
  left: {
    decided: { answer: 'conflict', room: 'none' },
    answered: { answer: 'conflict', room: 'none' },
    refused: { answer: 'conflict', room: 'none' },
    leave: { answer: 'conflict', room: 'none' },
    removed: { answer: 'conflict', room: 'none' },
    replaced: { answer: 'conflict', room: 'in' },
    ended: { answer: 'conflict', room: 'none' },
  },
  out: {
    decided: { answer: 'let in', room: 'none' },
    answered: { answer: 'let in', room: 'none' },
    refused: { answer: 'let in', room: 'none' },
    leave: { answer: 'let in', room: 'none' },
    removed: { answer: 'let in', room: 'none' },
    replaced: { answer: 'let in', room: 'in' },
    ended: { answer: 'let in', room: 'none' },
  },
};

describe('a membership', () => {
  for (const [state, row] of Object.entries(cells) as [State, Record<Happening, Cell>][]) {
    for (const [happening, cell] of Object.entries(row) as [Happening, Cell][]) {
      const next = transitions[state][happening];
      it(`that is ${state}: ${happening} makes it ${next}`, async () => {
        const { visitor, attempt } = await arrivedAt[state]();
        assert.equal(attempt.membership.state, state);
        await bringAbout[happening](visitor, attempt);
        await settled();
        assert.equal(attempt.membership.state, next);
        assert.equal(attempt.answer, cell.answer);
        assert.deepEqual(visitor.seen, cell.room === 'in' ? [room_id] : []);
        assert.deepEqual([...visitor.heard], visitor.seen);
        assert.equal(visitor.rooms.in(room_id) !== undefined, cell.room === 'in');
        assert.equal(visitor.reserved, 0);
        assert.deepEqual(visitor.told, cell.told ? [cell.told] : []);
      });
    }
  }

  it('that is joining hears by its answer what was decided last, and by itself what is decided then', async () => {
    const { visitor, attempt } = await arrivedAt.joining();
    attempt.membership.update('editor');
    assert.equal(attempt.answer, undefined, 'it is not settled by that');
    await attempt.allow();
    assert.deepEqual([attempt.answer, attempt.membership.role, visitor.told], ['let in', 'editor', []]);
    for (const role of ['editor', 'host', 'viewer', 'viewer'] as const) attempt.membership.update(role);
    assert.deepEqual(visitor.told, ['host', 'viewer']);
  });

  it('that was left never leads into the room', () => {
    assert.ok(!Object.values(transitions.left).includes('in'));
    assert.ok(!Object.values(transitions.left).includes('joining'));
  });
});

describe('the rooms of a connection', () => {
  it('are left at once where the join is under way: there is no second time', async () => {
    const visitor = new Visitor();
    const attempt = visitor.join();
    assert.equal(visitor.rooms.leave(room_id), true);
    assert.equal(visitor.rooms.leave(room_id), false);
    await settled();
    assert.equal(attempt.answer, 'conflict');
    await attempt.allow();
    assert.deepEqual([visitor.seen, visitor.reserved], [[], 0]);
  });

  it('join, leave, join: the first is refused, and the second let in, without the first one’s answer', async () => {
    const visitor = new Visitor();
    const first = visitor.join();
    visitor.rooms.leave(room_id);
    const second = visitor.join();
    await second.allow();
    assert.deepEqual(visitor.answers, ['conflict', 'let in']);
    await first.allow();
    assert.deepEqual([visitor.seen, visitor.reserved, second.membership.state], [[room_id], 0, 'in']);
  });

  it('join, join: both are let in, in their order, and are one', async () => {
    const visitor = new Visitor();
    const [first, second] = [visitor.join(), visitor.join()];
    await second.allow();
    assert.deepEqual(visitor.answers, []);
    await first.allow();
    assert.deepEqual(visitor.answers, ['let in', 'let in']);
    assert.deepEqual([first.membership.state, second.membership.state], ['out', 'in']);
    assert.deepEqual(visitor.seen, [room_id]);
  });

  it('join, join, leave: neither is let in', async () => {
    const visitor = new Visitor();
    const attempts = [visitor.join(), visitor.join()];
    visitor.rooms.leave(room_id);
    for (const attempt of attempts) await attempt.allow();
    assert.deepEqual(visitor.answers, ['conflict', 'conflict']);
    assert.deepEqual([visitor.seen, visitor.reserved], [[], 0]);
  });

  it('join again, leave: the room is left, and the second join with it', async () => {
    const { visitor } = await arrivedAt.in();
    const second = visitor.join();
    assert.equal(visitor.rooms.leave(room_id), true);
    await second.allow();
    assert.deepEqual([second.answer, visitor.seen], ['conflict', []]);
  });

  it('join again, refused: it stays in the room', async () => {
    const { visitor } = await arrivedAt.in();
    await visitor.join().deny();
    assert.deepEqual([visitor.answers, visitor.seen], [['let in', 'unavailable'], [room_id]]);
  });

  it('join, refused; the next is let in', async () => {
    const visitor = new Visitor();
    await visitor.join().deny();
    await visitor.join().allow();
    assert.deepEqual(visitor.answers, ['unavailable', 'let in']);
  });

  it('turn away who is about to enter, and nobody who is in', async () => {
    const { visitor } = await arrivedAt.in();
    const second = visitor.join();
    assert.equal(visitor.rooms.turnAway(room_id), true);
    assert.equal(visitor.rooms.turnAway(room_id), false);
    await second.allow();
    assert.deepEqual([second.answer, visitor.seen], ['forbidden', [room_id]]);
  });

  it('count from the asking on and until they are left, but for the inbox', async () => {
    const visitor = new Visitor();
    const others = ['a', 'b'].map((id) => parseRoomId(id));
    for (const room of [...others, inbox]) visitor.join(room);
    assert.throws(() => visitor.join(), { error_code: 'too_many_connections' });
    visitor.join(others[0]);
    for (const room of others) visitor.rooms.leave(room);
    for (const room of [room_id, parseRoomId('c')]) await visitor.join(room).allow();
    assert.deepEqual(visitor.seen, [room_id, 'song:c']);
    assert.throws(() => visitor.join(others[0]), { error_code: 'too_many_connections' });
  });

  it('are left too while the rest of a join is under way; what is held is given back when that has come', async () => {
    const visitor = new Visitor();
    visitor.makesWait = true;
    const attempt = visitor.join();
    await attempt.allow();
    assert.deepEqual([attempt.answer, attempt.membership.state, visitor.reserved], [undefined, 'joining', 1]);
    assert.equal(visitor.rooms.leave(room_id), true);
    await settled();
    assert.deepEqual([attempt.answer, visitor.abandoned.size, visitor.reserved], ['conflict', 1, 1]);
    await attempt.makeReady();
    assert.deepEqual([visitor.seen, visitor.abandoned.size, visitor.reserved], [[], 0, 0]);
  });

  it('say what still waits for something in vain', async () => {
    const visitor = new Visitor();
    const attempt = visitor.join();
    visitor.rooms.leave(room_id);
    assert.equal(visitor.abandoned.size, 1);
    await attempt.allow();
    assert.equal(visitor.abandoned.size, 0);
  });

  it('are none when the connection has ended', async () => {
    const { visitor } = await arrivedAt.in();
    const joining = visitor.join(parseRoomId('other'));
    visitor.rooms.end();
    await joining.allow();
    assert.deepEqual([[...visitor.rooms], visitor.seen, joining.answer], [[], [], 'not_found']);
    assert.throws(() => visitor.join(), { error_code: 'not_found' });
  });
});
