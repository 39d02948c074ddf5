import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { Server as SocketServer } from 'socket.io';
import { cleanup } from '../support/cleanup.ts';
import { Running, tutti } from '../support/commandLine.ts';
import { temporaryDirectory } from '../support/process.ts';
import { startServer } from '../support/server.ts';

describe('tutti connect, replay and doctor', () => {
  it('find a server on an application’s Socket.IO', async () => {
    const http = createServer();
    const io = new SocketServer(http);
    cleanup(() => io.close());
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const { url, room } = await startServer({ io, server: http });
    const namespace = ['--namespace', '/tutti'];

    const ada = new Running(['connect', 'song:1', '--url', url, '--name', 'ada', ...namespace]);
    await ada.prints('in song:1 as host');
    ada.type('/insert 0 Hello');
    await ada.prints('you: +"Hello" at 0\n');
    assert.equal((await room('song:1').text.read()).text, 'Hello');

    const trace = join(temporaryDirectory(), 'trace.jsonl');
    writeFileSync(trace, `${JSON.stringify({ i: 0, agent: 'ben', base: 0, op: ['la'] })}\n`);
    const replayed = await tutti(['replay', trace, '--url', url, '--room', 'song:2', ...namespace]);
    assert.equal(replayed.code, 0, replayed.stderr);

    const paths = ['--base-path', '/tutti', '--socket-path', '/socket.io'];
    const { stdout } = await tutti(['doctor', '--url', url, ...paths, ...namespace], {
      DATA_DIR: temporaryDirectory(),
    });
    for (const line of ['✓ WebSockets pass', '✓ polling stays', '✓ it lets in who has a token'])
      assert.ok(stdout.includes(line), stdout);
    assert.match((await tutti(['connect', '--namespace', 'tutti'])).stderr, /such as \/tutti/);
  });
});
