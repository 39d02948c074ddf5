import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { Client, memoryStorage } from '../../client/index.ts';
import { token } from './process.ts';
import { UnreliableProxy } from './proxy.ts';
import type { Random } from './random.ts';
import { until } from './until.ts';

const songs = 5;
const feeds = 2;
/** People who stay, and of how many users a visitor is one. */
const residents = 20;
const users = 200;
/** Typing goes to and fro around this many characters. */
const textLength = 2_000;

/** Where somebody with a number gets in: undefined while there is no instance. */
export type Door = (number: number) => { url: string } | undefined;

/**
 * What goes on at a server on any day: people who stay and type, show cursors, chat and play, whose connections die now
 * and then; others who come, type a little, and leave or vanish. As many at any time, so that what the server holds
 * can be compared.
 */
export class Everyday {
  readonly #random: Random;
  readonly #door: Door;
  readonly #residents: Resident[] = [];
  readonly #visits = new Set<Promise<void>>();
  #over = false;
  visits = 0;
  deaths = 0;
  typed = 0;

  constructor(random: Random, door: Door) {
    this.#random = random;
    this.#door = door;
  }

  /** Lets those in who stay, and begins. */
  async begin(): Promise<void> {
    for (let number = 0; number < residents; number++) {
      this.#residents.push(await Resident.come(() => this.#door(number), `resident-${number}`, number % songs));
    }
    await until(() => this.#residents.every(({ song }) => song.state.status === 'joined'));
    for (const resident of this.#residents) this.#repeat(200, () => this.#write(resident));
    for (const resident of this.#residents) this.#repeat(500, () => this.#talk(resident));
    this.#repeat(400, () => this.#visit());
    this.#repeat(3_000, () => this.#die());
  }

  /** Cuts everybody's connection: after an instance came back, so that everybody is again where they were. */
  shuffle(): void {
    for (const { proxy } of this.#residents) proxy.cut();
  }

  /** Stops, sees that all who stayed have the text of the log, and lets them go. */
  async end(): Promise<void> {
    this.#over = true;
    await Promise.all(this.#visits);
    await Promise.all(this.#residents.map(({ song }) => song.text.stored()));
    for (const { client, song } of this.#residents) {
      await until(async () => {
        const { revision, document } = await client.request('get_room_state', { room_id: song.room_id });
        if (song.text.since.revision !== revision) return false;
        assert.equal(song.text.text, document?.content, `${song.room_id} reads differently in the log`);
        return true;
      });
    }
    for (const resident of this.#residents) resident.leave();
  }

  /** Does it again and again, on average each so many milliseconds. What a connection that died took along is no trouble. */
  async #repeat(milliseconds: number, act: () => unknown): Promise<void> {
    while (!this.#over) {
      await pause(this.#random.between(0, 2 * milliseconds));
      if (!this.#over) act();
    }
  }

  #write({ song }: Resident): void {
    const { text } = song;
    const at = this.#random.between(0, text.length);
    const shrinks = this.#random.between(0, 2 * textLength) < text.length;
    if (shrinks && at < text.length) text.delete(at, 1);
    else text.insert(at, 'x');
    song.setCursor(at > text.length ? text.length : at);
    this.typed += 1;
  }

  #talk({ client }: Resident): void {
    const random = this.#random;
    const room_id = `project:${random.between(0, feeds - 1)}`;
    const operation = random.pick([
      () => ({ room_id, operation: { type: 'message.new', text: 'la '.repeat(random.between(1, 20)) } }),
      () => ({ room_id: 'session:0', operation: { type: 'score_update', team: `${random.between(0, 9)}`, delta: 1 } }),
    ])();
    client.send('collaboration_operation', operation);
    client.send('typing', { room_id, is_typing: random.oneIn(2) });
  }

  #visit(): void {
    this.visits += 1;
    const number = this.#random.between(0, users - 1);
    const visit = this.#comeAndGo(number).finally(() => this.#visits.delete(visit));
    this.#visits.add(visit);
  }

  /** A visitor joins, types, and leaves the room, or the server, or vanishes without a word. */
  async #comeAndGo(number: number): Promise<void> {
    const visitor = await Resident.come(() => this.#door(number), `visitor-${number}`, number % songs);
    for (let letter = 0; letter < 5; letter++) {
      await pause(200);
      this.#write(visitor);
    }
    await pause(200);
    if (this.#random.oneIn(3)) visitor.song.leave();
    if (this.#random.oneIn(2)) visitor.proxy.cut();
    visitor.leave();
  }

  /** A resident's connection dies, or goes on without answers. */
  #die(): void {
    this.deaths += 1;
    const { proxy } = this.#random.pick(this.#residents);
    if (this.#random.oneIn(2)) proxy.cut();
    else proxy.loseAnswers();
  }
}

class Resident {
  readonly client: Client;
  readonly proxy: UnreliableProxy;
  readonly song: ReturnType<Client['room']>;

  private constructor(client: Client, proxy: UnreliableProxy, song: number) {
    this.client = client;
    this.proxy = proxy;
    this.song = client.room(`song:${song}`);
    client.on('state', ({ status }) => status === 'connected' && this.#join());
  }

  static async come(door: () => { url: string } | undefined, sub: string, song: number): Promise<Resident> {
    const proxy = await UnreliableProxy.open(door);
    const bearer = token({ sub, rooms: { 'song:*': 'editor', 'session:*': 'host', 'project:*': 'editor' } });
    const client = new Client(proxy.url, { token: bearer, storage: memoryStorage(), transports: ['websocket'] });
    const resident = new Resident(client, proxy, song);
    client.connect();
    return resident;
  }

  leave(): void {
    this.client.disconnect();
    this.proxy.close();
  }

  #join(): void {
    for (const room_id of ['session:0', 'project:0', 'project:1']) this.client.send('join_room', { room_id });
  }
}
