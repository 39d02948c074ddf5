import assert from 'node:assert/strict';
import { Client, memoryStorage, sessions } from '../../client/index.ts';
import type { Role } from '../../shared/rooms.ts';
import { cleanup } from '../support/cleanup.ts';
import { startServer, tokenFor } from '../support/server.ts';

/** A client that is connecting, with a role in `session:1` and `song:1`, or none; it ends with the test. */
function clientFor(server: { url: string }, sub: string, role?: Role): Client {
  const token = tokenFor({ sub, rooms: role ? { '*': role } : { 'song:other': 'viewer' } });
  const client = new Client(server.url, { token, documents: [sessions], storage: memoryStorage() });
  client.connect();
  cleanup(() => client.disconnect());
  return client;
}

const forbidden = { name: 'Refusal', error_code: 'forbidden' };
const away = { name: 'Refusal', error_code: 'unavailable' };

describe('what waits for the log', () => {
  it('is refused where one may not enter', async () => {
    const client = clientFor(await startServer(), 'eve');
    const session = client.room('session:1');
    const song = client.room('song:1');
    song.text.insert(0, 'x');
    const asked = [session.session.update({ round: 1 }), session.session.play(), song.text.stored()];
    for (const each of asked) await assert.rejects(each, forbidden);
    await assert.rejects(session.session.stop(), forbidden);
    assert.ok(song.hasUnsent, 'what was written is kept');
  });

  it('is refused where one was kicked, and taken once one is back', async () => {
    const server = await startServer();
    const headers = { authorization: `Bearer ${tokenFor({ sub: 'host', rooms: { '*': 'host' } })}` };
    const participant = `${server.url}/api/v1/rooms/session:1/participants/ada`;
    const room = clientFor(server, 'ada', 'host').room('session:1');
    const { session } = room;
    await session.update({ round: 1 });
    const kicked = fetch(participant, { method: 'DELETE', headers });
    // Until it is out, each is taken; then none.
    for (let round = 2; room.state.status === 'joined'; round += 1) {
      await session.update({ round }).catch((error) => assert.equal(error.error_code, 'forbidden'));
    }
    await kicked;
    await assert.rejects(session.update({ round: 0 }), forbidden);
    assert.equal((await fetch(participant, { method: 'PUT', headers })).status, 200);
    room.rejoin();
    await session.update({ round: -1 });
    assert.equal(session.state.round, -1);
  });

  it('is refused in a room that one has left', async () => {
    const client = clientFor(await startServer(), 'ada', 'host');
    const { session } = client.room('session:1');
    const song = client.room('song:1');
    song.text.insert(0, 'x');
    const asked = [session.update({ round: 1 }), song.text.stored()];
    const left = { name: 'Refusal', error_code: 'not_found' };
    const refused = asked.map((each) => assert.rejects(each, left));
    await Promise.all([client.room('session:1').leave(), song.leave(), ...refused]);
    await assert.rejects(session.play(), left);
    await assert.rejects(song.text.stored(), left);
    await client.room('session:1').session.update({ round: 2 });
  });

  it('is refused once nothing tries to connect any more, and taken by the next connection', async () => {
    const client = clientFor(await startServer(), 'ada', 'host');
    const { session } = client.room('session:1');
    await session.update({ round: 1 });
    client.disconnect();
    await assert.rejects(session.update({ round: 2 }), away);
    client.connect();
    await session.update({ round: 3 });
    assert.deepEqual(session.state, { round: 3 });
  });

  it('is refused where the server will never have the token', async () => {
    const server = await startServer();
    const client = new Client(server.url, { token: 'no token', documents: [sessions], storage: memoryStorage() });
    const asked = client.room('session:1').session.play();
    client.connect();
    await assert.rejects(asked, away);
  });
});
