import assert from 'node:assert/strict';
import { createMemoryLog } from '../../server/logs/memory.ts';
import { Running, tutti } from '../support/commandLine.ts';
import { freePort } from '../support/ports.ts';
import { roomFor } from '../support/programs.ts';
import { collect, connect, member, request, startServer, tokenFor } from '../support/server.ts';
import { until } from '../support/until.ts';

describe('tutti connect', () => {
  it('shows who is there, what is written and what is said, and does what is typed', async () => {
    const server = await startServer();
    const ben = roomFor(server, 'ben', 'song:1');
    ben.text.insert(0, 'Hello 😀 you');
    await ben.text.stored();

    const ada = new Running(['connect', '1', '--url', server.url, '--name', 'ada']);
    await ada.prints('in song:1 as host, with ben\n  Hello 😀 you\n');
    ada.type('/insert 8 to ');
    await ada.prints('you: +"to " at 8\n');
    await until(() => ben.text.text === 'Hello 😀 to you');
    ada.type('/delete 0 6');
    await ada.prints('you: -6 at 0\n');
    ada.type('/cursor 0 1');
    await until(() => ben.cursors.length === 1);
    assert.deepEqual(ben.cursors[0]?.position, { anchor: 0, head: 2 }, 'an emoji is one character here, and two there');
    ada.type('/cursor off');
    await until(() => ben.cursors.length === 0);

    const heard = new Promise((resolve) => ben.on('message', ({ message }) => resolve(message)));
    ada.type('good morning');
    assert.equal(await heard, 'good morning');
    await ben.sendMessage('good evening');
    await ada.prints('<ben> good evening\n');
    for (const letter of ' all') ben.text.insert(ben.text.length, letter);
    await ada.prints('ben: +" all" at 8\n');

    ada.type('/who');
    await ada.prints('ben (ben), editor\n');
    ada.type('/show');
    await ada.prints('  😀 to you all\n');
    ada.type('/insert 99 x');
    await ada.prints('operation reaches 99, the document has 12 characters\n');
    ada.type('/insert there');
    await ada.prints('/insert <at> <text>\n');
    ada.type('/fly');
    await ada.prints('no command /fly');
    await ben.leave();
    await ada.prints('ben went\n');
    ada.type('/quit');
    assert.equal(await ada.ended, 0);
  });

  it('says whose role is another one, and who comes', async () => {
    const server = await startServer();
    const rooms = (role: string) => ({ 'song:1': role });
    const token = tokenFor({ sub: 'ada', name: 'ada', rooms: rooms('viewer') });
    const ada = new Running(['connect', '1', '--url', server.url, '--token', token]);
    await ada.prints('in song:1 as viewer, with nobody else\n');
    const ben = await member(server, { sub: 'ben', rooms: rooms('viewer') }, { room_id: '1' });
    await ada.prints('ben came\n');
    await request(ben, 'authenticate', { token: tokenFor({ sub: 'ben', rooms: rooms('editor') }) });
    await ada.prints('ben is editor now\n');
    ada.type('/quit');
    assert.equal(await ada.ended, 0);
  });

  it('queues, votes, plays and scores in a session, and keeps what is said in a channel', async () => {
    const server = await startServer();
    const session = new Running(['connect', 'session:1', '--url', server.url, '--name', 'ada']);
    await session.prints('in session:1 as host, with nobody else\n');
    session.type('/queue a The first');
    await session.prints('you: queue_track track_id=a title=The first\n');
    session.type('/queue b');
    session.type('/vote b');
    await session.prints('you: vote_track track_id=b vote=1\n');
    session.type('/vote b off');
    await session.prints('you: vote_track track_id=b vote=0\n');
    session.type('/play b');
    session.type('/score red 10');
    await session.prints('you: score_update team=red delta=10\n');
    session.type('/pause');
    await session.prints('you: playback_control action=pause\n');
    const client = await connect(server, { sub: 'ben' });
    const { document } = await request(client, 'join_room', { room_id: 'session:1' });
    assert.ok(document);
    const { playback, queue, scores } = document.content as {
      playback: { status: string; track_id: string };
      queue: { track_id: string }[];
      scores: object;
    };
    assert.deepEqual([playback.status, playback.track_id, scores], ['paused', 'b', { red: 10 }]);
    assert.deepEqual(
      queue.map(({ track_id }) => track_id),
      ['a'],
    );

    const channel = new Running(['connect', 'channel:1', '--url', server.url, '--name', 'ada']);
    await channel.prints('in channel:1');
    channel.type('hello');
    await channel.prints('you: hello\n');
  });

  it('speaks JSON to scripts, and ends with its input', async () => {
    const server = await startServer();
    const script = new Running(['connect', 'song:1', '--url', server.url, '--name', 'ada', '--json']);
    script.type('/insert 0 Hello');
    script.type('/fly');
    script.hangUp();
    const joined = JSON.parse(await script.prints(/\{"event":"room_joined".*\n/));
    assert.equal(joined.document.content, '');
    await script.prints('{"event":"answer","line":"/insert 0 Hello","lines":[]}\n');
    await script.prints('{"event":"refused","line":"/fly","message":"no command /fly: /help lists them"}\n');
    assert.equal(await script.ended, 0);
    const ben = roomFor(server, 'ben', 'song:1');
    await until(() => ben.text.text === 'Hello');
  });

  it('says when the connection is gone, and is there again when it is back', async () => {
    const log = createMemoryLog();
    const port = await freePort();
    const server = await startServer({ log, port });
    const ada = new Running(['connect', 'song:1', '--url', server.url, '--name', 'ada']);
    await ada.prints('in song:1');
    await server.close();
    await ada.prints('trying again\n');
    await startServer({ log, port });
    await ada.prints('in song:1');
    ada.type('/insert 0 back');
    await ada.prints('you: +"back" at 0');
  });

  it('says why it is not let in, and fails', async () => {
    const server = await startServer();
    const { code, stderr } = await tutti(['connect', '--url', server.url], {
      JWT_SECRET: 'another one of thirty-two bytes or more',
    });
    assert.equal(code, 1);
    assert.match(stderr, /tutti: token: invalid signature/);
    const unknown = await tutti(['connect', 'nothing:1', '--url', server.url]);
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /no rooms of kind nothing here: there are song/);
  });

  it('--demo brings people who write a song and talk', async () => {
    const server = await startServer();
    const watcher = await connect(server, { sub: 'watcher' });
    await request(watcher, 'join_room', { room_id: 'song:1' });
    const cursors = collect(watcher, 'cursor_moved');
    const demo = new Running(['connect', 'song:1', '--url', server.url, '--demo', '--name', 'ada']);
    demo.hangUp();
    // Who came before the visitor is among those who are there at the beginning.
    for (const name of ['Ada', 'Ben', 'Cleo']) await until(() => demo.has(name));
    await until(() => demo.has(/(Ada|Ben|Cleo): \+"/));
    await until(() => demo.has(/<(Ada|Ben|Cleo)> /));
    assert.ok(cursors.length > 0);
  });
});
