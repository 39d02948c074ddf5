import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Client, memoryStorage, type Room } from '../../client/index.ts';
import type { CollaborationServer, ServerOptions } from '../../server/application.ts';
import { openLmdbLog } from '../../server/logs/lmdb.ts';
import { cleanup } from './cleanup.ts';
import { temporaryDirectory } from './process.ts';
import { UnreliableProxy } from './proxy.ts';
import { startServer, tokenFor } from './server.ts';
import { until } from './until.ts';

const room_id = 'song:restored';

/** Someone with the client, who writes into one song and may go and come back. */
export class Returning {
  readonly client: Client;
  readonly room: Room;

  constructor(url: string, name: string) {
    this.client = new Client(url, {
      token: tokenFor({ sub: name }),
      storage: memoryStorage(),
      transports: ['websocket'],
    });
    cleanup(() => this.client.disconnect());
    this.room = this.client.room(room_id);
    this.client.connect();
  }

  /** Writes a line at the end, and resolves when it is in the log. */
  async write(line: string): Promise<void> {
    const { text } = this.room;
    await this.settled();
    text.insert(text.length, `${line}\n`);
    await text.stored();
  }

  get text(): string {
    return this.room.text.text;
  }

  /** Resolves when it is in the room, and all that it has is in the log. */
  async settled(): Promise<void> {
    await until(() => this.room.state.status === 'joined' && this.room.text.status.state === 'synchronized');
  }
}

export interface Store {
  /** Where the server is, or will be. */
  url(): string;
  /** Takes a backup while the server runs. */
  backUp(): Promise<void>;
  /** Ends the server, puts the backup in place of what is there, and starts it again. */
  restore(): Promise<void>;
}

/** A server with a folder of its own, behind a proxy that stays. */
export async function embedded(options: ServerOptions = {}): Promise<Store> {
  const directory = join(temporaryDirectory(), 'data');
  const backup = join(temporaryDirectory(), 'backup');
  let server: CollaborationServer | undefined;
  const start = async () => {
    const log = await openLmdbLog({ directory });
    cleanup(() => log.close());
    server = await startServer({ ...options, log });
  };
  await start();
  const proxy = await UnreliableProxy.open(() => server);
  cleanup(() => proxy.close());
  return {
    url: () => proxy.url,
    async backUp() {
      cpSync(directory, backup, { recursive: true });
    },
    async restore() {
      const running = server;
      server = undefined;
      await running?.close();
      rmSync(directory, { recursive: true });
      cpSync(backup, directory, { recursive: true });
      await start();
    },
  };
}

/**
 * A backup is taken, one goes on writing and goes away, the backup is put back, and somebody else writes until the numbers
 * fit again: who comes back ends with the same text as everybody, and what was acknowledged is there once.
 */
export async function comesBackAfterRestore(store: Store): Promise<void> {
  const ann = new Returning(store.url(), 'ann');
  await ann.write('kept');
  await store.backUp();
  for (const line of ['lost one', 'lost two']) await ann.write(line);
  ann.room.text.insert(0, 'unsent\n');
  ann.client.disconnect();
  await store.restore();
  const ben = new Returning(store.url(), 'ben');
  for (const line of ['new one', 'new two', 'new three']) await ben.write(line);
  assert.ok(!ben.text.includes('lost'), 'the backup is from before');
  assert.ok(ben.room.text.since.revision >= ann.room.text.since.revision, 'the numbers fit');
  ann.client.connect();
  await ann.settled();
  await until(() => ben.text === ann.text);
  const lines = ann.text.split('\n').filter((line) => line !== '');
  const all = ['unsent', 'kept', 'lost one', 'lost two', 'new one', 'new two', 'new three'];
  assert.deepEqual([...lines].sort(), [...all].sort());
  await ben.write('and on');
  await until(() => ann.text.endsWith('and on\n'));
}

/** The same for several who were ahead, and come back all at once. */
export async function allComeBackAfterRestore(store: Store): Promise<void> {
  const crowd = ['ann', 'ben', 'cid', 'dan'].map((name) => new Returning(store.url(), name));
  const [ann] = crowd;
  assert.ok(ann);
  await ann.write('kept');
  await store.backUp();
  await ann.write('lost');
  await until(() => crowd.every(({ text }) => text.includes('lost')));
  await store.restore();
  for (const one of crowd) await one.settled();
  await until(() => crowd.every(({ text }) => text === ann.text));
  assert.equal(ann.text, 'kept\nlost\n');
}
