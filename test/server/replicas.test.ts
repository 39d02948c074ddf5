import assert from 'node:assert/strict';
import { Client, type ClientOptions, memoryStorage, type ReplicaStorage, sessions } from '../../client/index.ts';
import type { ServerOptions } from '../../server/application.ts';
import { createMemoryLog } from '../../server/logs/memory.ts';
import { cleanup } from '../support/cleanup.ts';
import { freePort } from '../support/ports.ts';
import { startServer, tokenFor } from '../support/server.ts';
import { until } from '../support/until.ts';

/** A server that can be gone and come back, and one browser's storage. */
class Place {
  readonly storage: ReplicaStorage = memoryStorage();
  readonly #log = createMemoryLog();
  readonly #port: number;
  #server: Awaited<ReturnType<typeof startServer>> | undefined;

  private constructor(port: number) {
    this.#port = port;
  }

  static async open(): Promise<Place> {
    const place = new Place(await freePort());
    await place.start();
    return place;
  }

  async start(options: ServerOptions = {}): Promise<void> {
    this.#server = await startServer({ log: this.#log, port: this.#port, ...options });
  }

  async stop(): Promise<void> {
    await this.#server?.close();
  }

  /** A page, in which the claims are somebody's. */
  visit(claims: object, options: ClientOptions = {}): Client {
    const client = new Client(`http://127.0.0.1:${this.#port}`, {
      token: tokenFor(claims),
      storage: this.storage,
      ...options,
    });
    client.connect();
    cleanup(() => client.disconnect());
    return client;
  }

  /** Someone writes, the end of it without a connection, and goes. */
  async leaveUnsent(claims: object): Promise<void> {
    const client = this.visit(claims);
    const { text } = client.room('1');
    text.insert(0, 'sent ');
    await text.stored();
    await this.stop();
    text.insert(text.length, 'unsent ');
    await client.room('1').leave();
    client.disconnect();
  }

  replicas(): Promise<string[]> {
    return this.storage.keys().then((keys) => keys.filter((key) => key.includes('song:')));
  }
}

const joined = (client: Client) => until(() => client.room('1').state.status === 'joined');
const textOf = (client: Client) => client.room('1').text.text;
/** As long as it takes what was kept to be there, where it is to be there. */
const settled = (client: Client) => until(() => client.state.retryCount > 1);

describe('what a browser keeps', () => {
  it('is shown to nobody else, and sent when its owner comes back', async () => {
    const place = await Place.open();
    await place.leaveUnsent({ sub: 'ada' });
    await place.start();
    const ben = place.visit({ sub: 'ben' });
    await joined(ben);
    assert.equal(textOf(ben), 'sent ');
    ben.room('1').text.insert(0, 'by ben ');
    await ben.room('1').text.stored();
    const ada = place.visit({ sub: 'ada' });
    await joined(ada);
    await ada.room('1').text.stored();
    await until(() => textOf(ben) === 'by ben sent unsent ');
  });

  it('is a tenant’s, too', async () => {
    const place = await Place.open();
    await place.leaveUnsent({ sub: 'ada', org_id: 'one' });
    await place.start();
    const other = place.visit({ sub: 'ada', org_id: 'two' });
    await joined(other);
    assert.equal(textOf(other), '');
    const ada = place.visit({ sub: 'ada', org_id: 'one' });
    await until(() => textOf(ada) === 'sent unsent ');
  });

  it('is shown to nobody who has no role, no token, or one that is refused', async () => {
    const place = await Place.open();
    await place.leaveUnsent({ sub: 'ada' });
    await place.start();
    const shown: string[] = [];
    const look = (client: Client) => client.room('1').text.on('change', () => shown.push(textOf(client)));

    const stranger = place.visit({ sub: 'eve', rooms: {} });
    look(stranger);
    await until(() => stranger.room('1').state.status === 'removed');

    const nobody = place.visit({}, { token: '' });
    const forger = place.visit({}, { token: 'forged' });
    const late = place.visit({}, { token: () => Promise.reject(new Error('403')) });
    for (const client of [nobody, forger, late]) look(client);
    await until(() => nobody.status === 'disconnected' && forger.status === 'disconnected');
    await settled(late);
    assert.deepEqual(shown, []);
    assert.equal((await place.replicas()).length, 1);
  });

  it('is shown without the server to whom it greeted last', async () => {
    const place = await Place.open();
    await place.leaveUnsent({ sub: 'ada' });
    const ada = place.visit({ sub: 'ada' });
    await until(() => textOf(ada) === 'sent unsent ');
    const offline = place.visit({}, { token: () => Promise.reject(new TypeError('Failed to fetch')) });
    await ada.room('1').leave();
    await until(() => textOf(offline) === 'sent unsent ');
  });

  it('is shown without the server to nobody 30 days later', async () => {
    const place = await Place.open();
    await place.leaveUnsent({ sub: 'ada' });
    const [last] = (await place.storage.keys()).filter((key) => !key.includes('song:'));
    assert.ok(last);
    const greeted = (await place.storage.get(last)) as { at: number };
    await place.storage.set(last, { ...greeted, at: greeted.at - 30 * 24 * 3_600_000 });
    const ada = place.visit({ sub: 'ada' });
    ada.room('1');
    await settled(ada);
    assert.equal(textOf(ada), '');
    await place.start();
    await until(() => textOf(ada) === 'sent unsent ');
  });

  it('stays its owner’s where somebody else was assumed to be here', async () => {
    const place = await Place.open();
    await place.leaveUnsent({ sub: 'ada' });
    const ben = place.visit({ sub: 'ben' });
    await until(() => textOf(ben) === 'sent unsent ');
    ben.room('1').text.insert(0, 'while it is ada’s ');
    await place.start();
    await joined(ben);
    assert.equal(textOf(ben), 'sent ');
    await joined(place.visit({ sub: 'ada' }));
    await until(() => textOf(ben) === 'while it is ada’s sent unsent ');
  });

  it('is who is greeted’s where nobody was known when it was typed', async () => {
    const place = await Place.open();
    await place.stop();
    const ada = place.visit({ sub: 'ada' });
    ada.room('1').text.insert(0, 'early ');
    await settled(ada);
    assert.equal(ada.room('1').state.kept, false);
    assert.deepEqual(await place.replicas(), []);
    await place.start();
    await joined(ada);
    await ada.room('1').text.stored();
    assert.equal(textOf(ada), 'early ');
    const [key, ...more] = await place.replicas();
    assert.ok(key?.includes('"ada"'));
    assert.deepEqual(more, []);
  });

  it('goes along with who typed it into nothing, whoever was assumed to be here', async () => {
    const place = await Place.open();
    const ada = place.visit({ sub: 'ada' });
    await until(() => ada.isConnected);
    ada.disconnect();
    await place.stop();
    const ben = place.visit({ sub: 'ben' });
    ben.room('1').text.insert(0, 'by ben ');
    await until(async () => (await place.replicas()).some((key) => key.includes('"ada"')));
    await place.start();
    await joined(ben);
    await ben.room('1').text.stored();
    await until(async () => (await place.replicas()).every((key) => key.includes('"ben"')));
    assert.equal(textOf(ben), 'by ben ');
  });

  it('is found by its owner beside that of others, however many were here', async () => {
    const place = await Place.open();
    for (const sub of ['ada', 'ben', 'cyd']) {
      await place.leaveUnsent({ sub });
      await place.start();
    }
    const writer = place.visit({ sub: 'dan' });
    await joined(writer);
    for (const sub of ['ada', 'ben', 'cyd']) await joined(place.visit({ sub }));
    await until(() => textOf(writer).match(/unsent/g)?.length === 3);
  });

  it('is cleaned up when the next page is greeted: a viewer’s after a day, all else after 30', async () => {
    const place = await Place.open();
    const [ada, vic] = [place.visit({ sub: 'ada' }), place.visit({ sub: 'vic', rooms: { '*': 'viewer' } })];
    for (const client of [ada, vic]) await joined(client);
    for (const client of [ada, vic]) await client.room('1').leave();
    const age = async (days: number) => {
      for (const key of await place.replicas()) {
        const kept = (await place.storage.get(key)) as { at: number };
        await place.storage.set(key, { ...kept, at: Date.now() - days * 24 * 3_600_000 });
      }
      place.visit({ sub: 'ben' });
    };
    await age(2);
    await until(async () => (await place.replicas()).every((key) => key.includes('"ada"')));
    await age(31);
    await until(async () => (await place.replicas()).length === 0);
  });

  it('that is garbage is as good as nothing', async () => {
    const place = await Place.open();
    await place.leaveUnsent({ sub: 'ada' });
    const [key] = await place.replicas();
    assert.ok(key);
    const kept = (await place.storage.get(key)) as { saved: object };
    for (const [at, garbage] of [
      null,
      'garbage',
      { saved: 5 },
      { ...kept, saved: { ...kept.saved, text: 5 } },
      { ...kept, saved: { ...kept.saved, pending: [1e10, 'x'] } },
      { ...kept, saved: { ...kept.saved, revision: 'x' } },
      { ...kept, saved: { ...kept.saved, epoch: undefined } },
    ].entries())
      await place.storage.set(at === 0 ? key : key + at, garbage);
    const [last] = (await place.storage.keys()).filter((key) => !key.includes('song:'));
    await place.storage.set(last ?? '', 'garbage');
    await place.start();
    const ada = place.visit({ sub: 'ada' });
    await joined(ada);
    assert.equal(textOf(ada), 'sent ');
  });
});

describe('another user of the same client', () => {
  /** Whoever is here comes by the next token. */
  async function takingTurns(options: ClientOptions = {}) {
    const place = await Place.open();
    let claims: object = { sub: 'ada' };
    const client = place.visit({}, { token: () => tokenFor(claims), ...options });
    const change = async (next: object) => {
      claims = next;
      client.disconnect();
      client.connect();
      await until(() => client.isConnected);
    };
    return { place, client, change };
  }

  it('begins anew; what the one before left is sent when they are back', async () => {
    const { place, client, change } = await takingTurns();
    const { text } = client.room('1');
    text.insert(0, 'sent ');
    await text.stored();
    client.disconnect();
    text.insert(0, 'unsent ');
    const stored = text.stored();
    const greetedWith: string[] = [];
    client.on('connected', () => greetedWith.push(text.text));
    await Promise.all([assert.rejects(stored, { error_code: 'unavailable' }), change({ sub: 'ben' })]);
    assert.deepEqual(greetedWith, ['']);
    await joined(client);
    assert.equal(text.text, 'sent ');
    assert.deepEqual([text.canUndo, client.hasUnsent], [false, false]);
    text.insert(0, 'by ben ');
    await text.stored();
    const other = place.visit({ sub: 'cyd' });
    await until(() => textOf(other) === 'by ben sent ');
    await change({ sub: 'ada' });
    await until(() => textOf(other).includes('unsent'));
    await until(() => text.text === textOf(other));
  });

  it('sees nothing of it where they have no role', async () => {
    const { client, change } = await takingTurns();
    const room = client.room('1');
    room.text.insert(0, 'ada’s');
    await room.text.stored();
    await change({ sub: 'eve', rooms: {} });
    await until(() => room.state.status === 'removed');
    assert.deepEqual([room.text.text, room.participants, room.role], ['', [], undefined]);
  });

  it('is let into a session, and gives no command that another gave', async () => {
    const { client, change } = await takingTurns({ documents: [sessions] });
    const room = client.room('session:1');
    await room.session.add({ track_id: 'a' });
    client.disconnect();
    const given = room.session.add({ track_id: 'b' });
    await Promise.all([assert.rejects(given, { error_code: 'unavailable' }), change({ sub: 'ben' })]);
    await until(() => room.state.status === 'joined');
    await room.session.add({ track_id: 'c' });
    assert.deepEqual(
      room.session.queue.map(({ track_id }) => track_id),
      ['a', 'c'],
    );
  });
});

describe('forget()', () => {
  it('deletes what is kept of who is here, and nothing of others', async () => {
    const place = await Place.open();
    for (const sub of ['ada', 'ben']) {
      const client = place.visit({ sub });
      client.room('1').text.insert(0, sub);
      client.room('2').text.insert(0, sub);
      await client.room('1').text.stored();
      await client.room('2').text.stored();
      await client.room('2').leave();
      await until(async () => (await place.replicas()).filter((key) => key.includes(`"${sub}"`)).length === 2);
      if (sub === 'ada') continue;
      await client.forget();
      assert.equal(client.room('1').state.status, 'joining', 'the one before was left');
    }
    const keys = await place.replicas();
    assert.deepEqual([keys.length, keys.every((key) => key.includes('"ada"'))], [2, true]);
  });

  it('lets nobody be assumed to be here', async () => {
    const place = await Place.open();
    const ada = place.visit({ sub: 'ada' });
    await joined(ada);
    await ada.forget();
    ada.disconnect();
    assert.deepEqual(await place.storage.keys(), []);
  });

  it('refuses and changes nothing where something is unsent, here or by an earlier page, unless forced', async () => {
    const place = await Place.open();
    await place.leaveUnsent({ sub: 'ada' });
    const before = await place.storage.keys();
    const ada = place.visit({ sub: 'ada' });
    await settled(ada);
    await assert.rejects(ada.forget(), { error_code: 'conflict' });
    await until(() => textOf(ada) === 'sent unsent ');
    await assert.rejects(ada.forget(), { error_code: 'conflict' });
    assert.equal(ada.room('1').state.status, 'joining');
    assert.deepEqual(await place.storage.keys(), before);
    await ada.forget(true);
    assert.deepEqual(await place.storage.keys(), []);
  });
});
