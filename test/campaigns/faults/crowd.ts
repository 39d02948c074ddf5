import { setTimeout as pause } from 'node:timers/promises';
import { Client, memoryStorage, type Room } from '../../../client/index.ts';
import { cleanup } from '../../support/cleanup.ts';
import { token } from '../../support/process.ts';
import { UnreliableProxy } from '../../support/proxy.ts';
import { Random } from '../../support/random.ts';
import { until } from '../../support/until.ts';
import type { Site } from './site.ts';

export const songs = ['song:0', 'song:1'];
const people = 6;
/** How many marks of one may wait for the log before it writes no more. */
const mostWaiting = 20;

/** People who write marks into songs, whatever happens, and count what is acknowledged. */
export class Crowd {
  readonly people: Person[];
  readonly random = new Random();
  readonly #site: Site;
  /** Those who wrote something, and went: nobody brings back for them what a server has lost. */
  readonly #gone: Person[] = [];
  #writing: Promise<unknown> = Promise.resolve();
  #isOver = false;

  private constructor(site: Site, people: Person[]) {
    this.#site = site;
    this.people = people;
  }

  /** Resolves when all are in, and write. */
  static async come(site: Site): Promise<Crowd> {
    const comers = Array.from({ length: people }, (_, index) => Person.come(site, `p${index}`, index % songs.length));
    const crowd = new Crowd(site, await Promise.all(comers));
    await until(() => crowd.people.every(({ room }) => room.state.status === 'joined'));
    crowd.begin();
    return crowd;
  }

  /** Everybody writes from now on. */
  begin(): void {
    this.#isOver = false;
    const write = async (person: Person) => {
      while (!this.#isOver) {
        if (person.waiting < mostWaiting) person.write(this.random);
        await pause(this.random.between(20, 60));
      }
    };
    this.#writing = Promise.all(this.people.map(write));
  }

  /** Nobody writes any more, and all that was written is in the log. */
  async rest(): Promise<void> {
    this.#isOver = true;
    await this.#writing;
    await until(() => this.people.every((person) => person.isSettled));
  }

  /** Somebody comes, writes a little, is acknowledged, and goes for good. */
  async visit(): Promise<void> {
    const visitor = await Person.come(this.#site, `v${this.#gone.length}`, this.#gone.length % songs.length);
    await until(() => visitor.room.state.status === 'joined');
    for (let mark = 0; mark < 3; mark++) visitor.write(this.random);
    await until(() => visitor.isSettled);
    visitor.leave();
    this.#gone.push(visitor);
  }

  /** Resolves when somebody writes no more, because too much waits for the log. */
  async heldUp(): Promise<void> {
    await until(() => this.people.some(({ waiting }) => waiting === mostWaiting));
  }

  /** Resolves when each has had something acknowledged that it wrote after this was called. */
  async goesOn(): Promise<void> {
    const before = this.people.map((person) => ({ person, written: person.written }));
    await until(() => before.every(({ person, written }) => person.stored > written));
  }

  /** Of a song: all that was written in it, and what of that was acknowledged. */
  marks(song: number): { written: string[]; acknowledged: string[] } {
    const writers = [...this.people, ...this.#gone].filter((person) => person.song === song);
    return {
      written: writers.flatMap((person) => person.marks),
      acknowledged: writers.flatMap((person) => person.marks.slice(0, person.stored)),
    };
  }

  get acknowledged(): number {
    return songs.reduce((sum, _, song) => sum + this.marks(song).acknowledged.length, 0);
  }
}

export class Person {
  readonly song: number;
  readonly room: Room;
  readonly proxy: UnreliableProxy;
  readonly marks: string[] = [];
  /** How many of the marks are acknowledged: the first ones. */
  stored = 0;
  readonly #client: Client;
  readonly #name: string;

  private constructor(client: Client, proxy: UnreliableProxy, name: string, song: number) {
    this.#client = client;
    this.proxy = proxy;
    this.#name = name;
    this.song = song;
    this.room = client.room(songs[song] ?? '');
  }

  static async come(site: Site, name: string, song: number): Promise<Person> {
    const proxy = await UnreliableProxy.open(site.door);
    const bearer = token({ sub: name, rooms: { 'song:*': 'editor' } });
    const client = new Client(proxy.url, { token: bearer, storage: memoryStorage(), transports: ['websocket'] });
    const person = new Person(client, proxy, name, song);
    cleanup(() => person.leave());
    client.connect();
    return person;
  }

  get written(): number {
    return this.marks.length;
  }

  get waiting(): number {
    return this.written - this.stored;
  }

  get isSettled(): boolean {
    const { status } = this.room.text;
    return this.waiting === 0 && status.state === 'synchronized';
  }

  /** Writes another mark, at the beginning of some line. */
  write(random: Random): void {
    const { text } = this.room;
    const lines = [...text.text.matchAll(/^/gm)].map(({ index }) => index);
    const mark = `<${this.#name}-${this.written}>`;
    this.marks.push(mark);
    const { written } = this;
    text.insert(random.pick(lines), `${mark}\n`);
    void text.stored().then(
      () => {
        this.stored = Math.max(this.stored, written);
      },
      () => {},
    );
  }

  leave(): void {
    this.#client.disconnect();
    this.proxy.close();
  }
}
