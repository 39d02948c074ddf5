import { setTimeout as pause } from 'node:timers/promises';
import { Client, memoryStorage, type Room } from '../../client/index.ts';
import { Letters } from './letters.ts';
import { UnreliableProxy } from './proxy.ts';
import type { Random } from './random.ts';
import { until } from './until.ts';

/** Something that an author does at a place, or at the end where the text is shorter, all counted in letters. */
export interface Keystroke {
  author: number;
  at: number;
  deleted: number;
  inserted: number;
}

export interface FlakySession {
  url: string;
  /** One for each author. */
  tokens: string[];
  room: string;
  keystrokes: Iterable<Keystroke>;
  /** How many there are, and how often one of the connections is broken meanwhile. */
  count: number;
  cuts: number;
  random: Random;
  onProgress?(done: number): void;
}

/**
 * Several clients write at once, each over a way that breaks again and again, and loses answers before it does. Then all
 * replicas are equal, and each letter is there once, unless someone deleted it. Resolves with the text.
 */
export async function flakySession(session: FlakySession): Promise<string> {
  const { tokens, url, room, keystrokes, count, cuts, random } = session;
  const proxies = await Promise.all(tokens.map(() => UnreliableProxy.open(() => ({ url }))));
  const clients = tokens.map((token, index) => {
    const client = new Client(proxies[index]?.url ?? '', { token, storage: memoryStorage() });
    client.connect();
    return client;
  });
  const rooms = clients.map((client) => client.room(room));
  try {
    await until(() => rooms.every(({ state }) => state.status === 'joined'));
    const letters = new Letters();
    let done = 0;
    for (const { author, at, deleted: length, inserted } of keystrokes) {
      const { text } = rooms[author] as Room;
      letters.replace(text, at, length, inserted);
      done += 1;
      const cutEvery = Math.ceil(count / cuts);
      if (done % cutEvery === 0) await breakOne(clients, proxies, random);
      else if (random.oneIn(4)) await pause(0);
      if (done % 100 === 0) session.onProgress?.(done);
    }
    await Promise.all(rooms.map(({ text }) => text.stored()));
    await until(() => rooms.every(({ text }) => text.status.state === 'synchronized'));
    await until(() => new Set(rooms.map(({ text }) => text.text)).size === 1);

    const [{ text }] = rooms as [Room];
    letters.check(text.text);
    return text.text;
  } catch (error) {
    throw new Error(`fails with SEED=${random.seed}`, { cause: error });
  } finally {
    for (const client of clients) client.disconnect();
    for (const proxy of proxies) proxy.close();
  }
}

/** Breaks one connection, half of the time after its answers have been lost for a moment. */
async function breakOne(clients: Client[], proxies: UnreliableProxy[], random: Random): Promise<void> {
  const index = random.between(0, clients.length - 1);
  const proxy = proxies[index] as UnreliableProxy;
  const client = clients[index] as Client;
  await until(() => client.isConnected);
  if (random.oneIn(2)) {
    proxy.loseAnswers();
    await pause(random.between(0, 30));
  }
  proxy.cut();
}
