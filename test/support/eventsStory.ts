import assert from 'node:assert/strict';
import { type SharedEvents, sharedEvents } from '../../client/events.ts';
import { parseEventId } from '../../shared/documents/eventId.ts';
import type { EventMessage } from '../../shared/documents/events.ts';
import type { Entry } from '../../shared/documents/type.ts';
import type { Answer, RoomState, Since } from '../../shared/events.ts';
import type { Random } from './random.ts';
import { ticks } from './ticks.ts';

/** How many entries one answer carries. */
const atOnce = 4;
const documents = sharedEvents(ticks, 'ticks');
type Ticks = SharedEvents<typeof ticks.events>;
type Logged = Entry<readonly EventMessage[]>;

/** A room of events that is trimmed and put back, and those who are in it, with a network between that is flushed by hand. */
export class EventsStory {
  readonly people: EventsPerson[];
  readonly #random: Random;
  readonly #entries: Logged[] = [];
  #history = 1;
  /** The oldest revision that the log has entries after. */
  #reach = 0;

  constructor(random: Random, names: readonly string[]) {
    this.#random = random;
    this.people = names.map((name) => new EventsPerson(name, this));
  }

  get epoch(): string {
    return `epoch-${this.#history}`;
  }

  get revision(): number {
    return this.#entries.length;
  }

  /** What there is of the log, each event as it was counted. */
  get counted(): unknown[] {
    return this.#entries.flatMap(({ operation, user_id }) => operation.map(({ data }) => `${user_id} ${data}`));
  }

  /** Something happens. `rewinds`: the log may come back as it was before. */
  step(rewinds: boolean): void {
    const random = this.#random;
    const person = random.pick(this.people);
    switch (random.between(0, 11)) {
      case 0:
      case 1:
        person.count();
        break;
      case 2:
        if (random.oneIn(3)) person.drop();
        break;
      case 3:
        if (random.oneIn(3)) person.reload();
        break;
      case 4:
        if (random.oneIn(4)) person.down.splice(random.between(0, person.down.length), 1);
        break;
      case 5:
        if (random.oneIn(6)) this.#reach = random.between(this.#reach, this.revision);
        break;
      case 6:
        if (rewinds && random.oneIn(10)) this.#rewind();
        break;
      case 7:
        if (random.oneIn(2)) person.listen();
        break;
      case 8:
        person.send();
        break;
      default:
        person.receive();
    }
  }

  /** Everything goes well until nothing is left to say. */
  settle(): void {
    for (const person of this.people) person.listen();
    for (let rounds = 0; rounds < 1_000; rounds++) {
      for (const person of this.people) {
        if (person.down.length === 0) person.unanswered();
        person.send();
        while (person.down.length > 0) person.receive();
        // As the room says now and then.
        person.held.headed({ ...this.#head, room_id: 'ticks:1', participant_count: 1 });
      }
      if (
        this.people.every(({ held }) => !held.status.hasUnsent && !held.need && held.since.revision === this.revision)
      )
        return;
    }
    assert.fail('the network never comes to rest');
  }

  join(client_id: string, since: Since | undefined): RoomState {
    const missed = since?.epoch === this.epoch && since.revision >= this.#reach && this.#entries.slice(since.revision);
    const operations = missed && missed.length <= atOnce ? missed : undefined;
    return {
      ...this.#head,
      room_id: 'ticks:1',
      role: 'editor',
      recovered: operations !== undefined,
      ...(operations ? { operations } : { document: { type: 'events', content: {} } }),
      sequence: this.#sequenceOf(client_id),
      participants: [],
      participant_count: 0,
      cursors: [],
      typing: [],
    };
  }

  /** Undefined where that is a `conflict`. */
  read({ epoch, revision }: Since): Answer<'get_operations'> | undefined {
    if (epoch !== this.epoch && revision > 0) return undefined;
    if (revision < this.#reach) return { ...this.#head, document: { type: 'events', content: {} }, more: false };
    const operations = this.#entries.slice(revision, revision + atOnce);
    const reached = revision + operations.length;
    return { ...this.#head, revision: reached, operations, more: reached < this.revision };
  }

  commit(client_id: string, sequence: number, operation: readonly EventMessage[]): void {
    if (sequence <= this.#sequenceOf(client_id)) return;
    const { revision } = this;
    const entry = { operation, client_id, sequence, user_id: client_id, timestamp: 0 };
    this.#entries.push(entry);
    const update = { room_id: 'ticks:1' as const, epoch: this.epoch, revision, operations: [entry], proof: '' };
    for (const person of this.people) if (person.isIn) person.down.push((held) => held.updated(update));
  }

  get #head() {
    return { epoch: this.epoch, revision: this.revision, proof: '' };
  }

  #sequenceOf(client_id: string): number {
    return this.#entries.findLast((entry) => entry.client_id === client_id)?.sequence ?? 0;
  }

  #rewind(): void {
    this.#entries.splice(this.#random.between(0, this.revision));
    this.#history += 1;
    this.#reach = Math.min(this.#reach, this.revision);
    for (const person of this.people) person.drop();
  }
}

/** Who counts in the room, and hears who does. */
export class EventsPerson {
  readonly name: string;
  held: Ticks;
  down: ((held: Ticks) => void)[] = [];
  isIn = false;
  /** What was heard, over all pages: where each event is, and how many entries are missing between two. */
  readonly heard: ({ epoch: string; revision: number; index: number } | { missed: number | undefined })[] = [];
  #counted = 0;
  #isListening = true;
  readonly #story: EventsStory;

  constructor(name: string, story: EventsStory) {
    this.name = name;
    this.#story = story;
    this.held = this.#open();
    this.#hear();
  }

  get counted(): number {
    return this.#counted;
  }

  count(): void {
    this.held.emit('tick', ++this.#counted);
  }

  listen(): void {
    if (!this.#isListening) this.#hear();
    this.#isListening = true;
  }

  send(): void {
    const { need } = this.held;
    if (need?.event === 'get_operations') {
      const answer = this.#story.read(need.since);
      // What the room does where it is refused: it joins again.
      this.down.push((held) => (answer ? held.caughtUp(answer) : this.drop()));
    } else if (need) {
      const state = this.#story.join(this.name, need.since);
      this.down = [(held) => held.joined(state)];
      this.isIn = true;
    } else if (this.isIn) {
      Object.defineProperty(this.held, 'wait', { value: 0, configurable: true });
      const message = this.held.outgoing({ max_message_bytes: 10_240 });
      if (message) this.#story.commit(this.name, message.sequence, message.operation as EventMessage[]);
      this.#sent = message ?? this.#sent;
    }
  }

  receive(): void {
    this.down.shift()?.(this.held);
  }

  /** Ten seconds have gone by. */
  unanswered(): void {
    if (this.#sent) this.held.unanswered(this.#sent);
  }

  drop(): void {
    this.down = [];
    this.isIn = false;
    this.held.disconnected();
  }

  /** Another page goes on, on which nobody listens at first. */
  reload(): void {
    this.drop();
    const saved = JSON.parse(JSON.stringify(this.held.save()));
    this.#isListening = false;
    this.held = this.#open();
    this.held.restore(saved);
  }

  #sent: ReturnType<Ticks['outgoing']>;

  #open(): Ticks {
    const surroundings = { client_id: this.name, now: () => 0, user_id: () => this.name, ask: () => assert.fail() };
    return documents.create(surroundings, 'ticks');
  }

  #hear(): void {
    const { held } = this;
    held.on('tick', ({ id }) => this.heard.push(parseEventId(id) ?? assert.fail(id)));
    held.on('gap', ({ missed }) => this.heard.push({ missed }));
  }
}
