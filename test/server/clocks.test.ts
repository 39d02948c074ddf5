import assert from 'node:assert/strict';
import { Client, memoryStorage, type Room, sessions } from '../../client/index.ts';
import { cleanup } from '../support/cleanup.ts';
import { type Clocked, hour, startClocked } from '../support/clocks.ts';
import { temporaryDirectory, token } from '../support/process.ts';
import { until } from '../support/until.ts';

/** A client that is connecting; it ends with the test. */
function clientFor(server: { url: string }, sub: string): Client {
  const client = new Client(server.url, {
    token: token({ sub, rooms: { '*': 'host' }, exp: Math.floor(Date.now() / 1000) + 1_800 }),
    documents: [sessions],
    storage: memoryStorage(),
  });
  client.connect();
  cleanup(() => client.disconnect());
  return client;
}

/** Resolves when the other one sees that a cursor was set and that somebody types, and has a letter of theirs. */
async function write(ada: Room, ben: Room, letter: string): Promise<void> {
  ada.text.insert(ada.text.length, letter);
  await ada.text.stored();
  ada.setCursor(ada.text.length);
  ada.setTyping(true);
  await until(() => ben.text.text.endsWith(letter));
  await until(() => ben.cursors[0]?.position === ben.text.length && ben.typing.length === 1);
}

async function roomsIn(server: Clocked): Promise<number> {
  return server.metric('tutti_rooms');
}

for (const step of [hour, -hour]) {
  describe(`a server whose clock is set ${step < 0 ? 'back' : 'forward'} by an hour`, () => {
    it('goes on: rooms, cursors, typing, players, tokens, and the time that it tells', async () => {
      const server = await startClocked({ DATA_DIR: temporaryDirectory() }, { step });
      const [ada, ben] = [clientFor(server, 'ada'), clientFor(server, 'ben')];
      const songs = [ada.room('song:1'), ben.room('song:1')] as const;
      const { session } = ada.room('session:1');
      const { session: other } = ben.room('session:1');
      const quiet = ada.room('song:2');
      await write(...songs, 'a');
      await until(() => quiet.state.status === 'joined');
      await quiet.leave();
      await session.add({ track_id: 'first', duration_ms: 6_000 });
      await session.add({ track_id: 'second', duration_ms: 600_000 });
      await session.play('first');
      const began = performance.now();
      const ahead = ada.serverTime - performance.now();
      const gone: string[] = [];
      for (const client of [ada, ben]) client.on('state', ({ status }) => gone.push(status));
      const rooms = await roomsIn(server);

      await server.setClock();
      assert.ok(Math.abs((await server.metric('tutti_clock_skew_seconds')) * 1_000 - step) < 1_000);
      const { timestamp } = await ada.request('ping', {});
      assert.ok(Math.abs(timestamp - performance.now() - ahead) < 2_000, 'the time goes on');
      await until(() => songs[1].typing.length === 0);
      await write(...songs, 'b');
      assert.equal(await roomsIn(server), rooms, 'a room that was left a moment ago is still there');

      // The track ends in its time: neither at once, nor in an hour.
      await until(() => other.playback.track_id === 'second');
      const played = performance.now() - began;
      assert.ok(played > 5_900, `${played}`);
      assert.ok(Math.abs(session.position - other.position) < 1_000);
      const reached = session.position;
      await until(() => session.position > reached + 100);

      // A quiet room says where it stands within 15 s, and one that nobody is in goes within 30 s.
      const head = new Promise((resolve) => ben.on('room_head', resolve));
      await until(async () => (await roomsIn(server)) < rooms);
      await head;
      assert.deepEqual(new Set(gone), new Set(gone.length > 0 ? ['connected'] : []));
    });
  });
}
