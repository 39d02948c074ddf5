import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import * as Y from 'yjs';
import { Client } from '../../client/index.ts';
import { TuttiProvider, yjs } from '../../client/yjs/index.ts';
import { lastingStorage } from './lastingStorage.ts';
import { token } from './process.ts';
import type { Random } from './random.ts';
import { until } from './until.ts';
import { editAnything } from './yjsEdits.ts';

/** How many write in a room. */
const people = 5;

/** Where the instances are, which may be dead. */
export type Doors = readonly string[];

/** Someone who writes in a room, with a storage that outlives pages. */
class Person {
  readonly user_id: string;
  readonly #room_id: string;
  readonly #door: string;
  readonly #storage = lastingStorage();
  #client: Client;
  #provider: TuttiProvider;
  #isHere = true;

  constructor(user_id: string, room_id: string, door: string) {
    this.user_id = user_id;
    this.#room_id = room_id;
    this.#door = door;
    this.#client = this.#connect();
    this.#provider = new TuttiProvider(this.#client, room_id);
  }

  get provider(): TuttiProvider {
    return this.#provider;
  }

  get tokens(): Y.Array<string> {
    return this.#provider.doc.getArray<string>('tokens');
  }

  /** Goes offline, or comes back. */
  turn(isHere = !this.#isHere): void {
    if (isHere === this.#isHere) return;
    this.#isHere = isHere;
    if (isHere) this.#client.connect();
    else this.#client.disconnect();
  }

  /** The page is loaded again, from where it was: what was said to be kept there outlives it. */
  async reload(): Promise<void> {
    const isKept = () => this.#client.room(this.#room_id).state.kept;
    // A page that went offline before it was known whose it is keeps nothing.
    if (!isKept()) this.turn(true);
    await until(isKept);
    const written = this.tokens.length;
    await this.#client.room(this.#room_id).leave();
    this.leave();
    this.#client = this.#connect();
    this.#isHere = true;
    this.#provider = new TuttiProvider(this.#client, this.#room_id);
    await until(() => this.tokens.length >= written);
  }

  /** Presses "Try now", where there is that to press. */
  hurry(): void {
    if (this.#isHere && this.#client.state.status === 'reconnecting') this.#client.retryNow();
  }

  /** How it stands with someone beside another, in a line. */
  told(other: Person): string {
    const { synced, doc } = this.#provider;
    const room = this.#client.room(this.#room_id).state;
    const alike = isSame(doc, other.provider.doc) ? 'the same' : 'not the same';
    return `${this.user_id} at ${this.#door}: ${alike}, ${synced ? '' : 'not '}synced ${JSON.stringify([this.#client.state, room])}`;
  }

  leave(): void {
    this.#provider.destroy();
    this.#client.disconnect();
  }

  #connect(): Client {
    const options = { token: token({ sub: this.user_id, rooms: { '*': 'editor' } }), transports: ['websocket'] };
    const client = new Client(this.#door, { ...options, documents: [yjs('note')], storage: this.#storage } as object);
    client.connect();
    return client;
  }
}

/**
 * Five write in a room on several instances, go offline, come back and load their pages again. In the end all have the same,
 * what each has written is there once and is known to be that one's, and what was deleted is not. Resolves with how much was written.
 */
export async function session(random: Random, room_id: string, doors: Doors, steps = 60): Promise<number> {
  const crowd = Array.from({ length: people }, (_, at) => new Person(`u${at}`, room_id, random.pick(doors)));
  const [first] = crowd as [Person];
  /** Waits for what has to come of itself; who is away waits no longer than a server does that dies every few seconds. */
  const all = async (ask: () => boolean) => {
    const hurrying = setInterval(() => {
      for (const person of crowd) person.hurry();
    }, 1_000);
    try {
      await until(ask);
    } catch (error) {
      throw new Error(crowd.map((person) => person.told(first)).join('\n'), { cause: error });
    } finally {
      clearInterval(hurrying);
    }
  };
  const made = new Set<string>();
  const gone = new Set<string>();
  const write = ({ user_id, tokens }: Person) => {
    const name = `${user_id}.${made.size + gone.size}`;
    made.add(name);
    tokens.insert(random.between(0, tokens.length), [name]);
  };
  const erase = ({ tokens }: Person) => {
    if (tokens.length === 0) return;
    const at = random.between(0, tokens.length - 1);
    made.delete(tokens.get(at));
    gone.add(tokens.get(at));
    tokens.delete(at);
  };
  try {
    // Until it is known whose they are, nothing of them is kept over a reload.
    await all(() => crowd.every(({ provider }) => provider.synced));
    for (let step = 0; step < steps; step++) {
      const person = random.pick(crowd);
      const acts = [
        ...Array(10).fill(() => write(person)),
        ...Array(6).fill(() => editAnything(person.provider.doc, random)),
        ...Array(2).fill(() => erase(person)),
        () => person.turn(),
        () => person.reload(),
        () => pause(random.between(0, 60)),
      ];
      await random.pick(acts)();
    }
    for (const person of crowd) person.turn(true);
    const same = () => crowd.every((person) => isSame(person.provider.doc, first.provider.doc));
    await all(() => crowd.every(({ provider }) => provider.synced) && same());
    for (const door of doors) {
      const reader = new Person('reader', room_id, door);
      try {
        await until(() => reader.provider.synced && isSame(reader.provider.doc, first.provider.doc));
        assert.deepEqual([...reader.tokens].sort(), [...made].sort());
        assertWhose(reader);
      } finally {
        reader.leave();
      }
    }
    return made.size + gone.size;
  } finally {
    for (const person of crowd) person.leave();
  }
}

/** Each of them is known to be by whom its name says. */
function assertWhose({ provider, tokens }: Person): void {
  for (let item = tokens._start; item; item = item.right) {
    if (item.deleted || !(item.content instanceof Y.ContentAny)) continue;
    for (const name of item.content.arr) assert.equal(provider.userOf(item.id.client), String(name).split('.')[0]);
  }
}

function isSame(one: Y.Doc, other: Y.Doc): boolean {
  return isDeepStrictEqual(shown(one), shown(other));
}

function shown(doc: Y.Doc): unknown {
  return [
    doc.getArray('tokens').toJSON(),
    doc.getText('text').toDelta(),
    doc.getMap('map').toJSON(),
    doc.getArray('list').toJSON(),
    doc.getXmlFragment('page').toString(),
  ];
}
