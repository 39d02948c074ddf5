import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as ask, createServer, get, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect as connectSocket } from 'node:net';
import { Server as SocketServer } from 'socket.io';
import { io, type Socket } from 'socket.io-client';
import { WebSocket, WebSocketServer } from 'ws';
import { Client, type ClientOptions, memoryStorage } from '../../client/index.ts';
import { ConfigError } from '../../server/config.ts';
import { attach } from '../../server/index.ts';
import { createMemoryLog } from '../../server/logs/memory.ts';
import { cleanup } from '../support/cleanup.ts';
import { secret, startServer, tokenFor } from '../support/server.ts';
import { until } from '../support/until.ts';

/** An application's HTTP server, which listens, and answers everything with what it was asked for. */
async function startApplication(
  answer: (request: IncomingMessage, response: ServerResponse) => void = (request, response) =>
    response.end(`application ${request.url}`),
): Promise<{ http: Server; url: string }> {
  const http = createServer(answer);
  await once(http.listen(0, '127.0.0.1'), 'listening');
  cleanup(() => {
    http.closeAllConnections();
    http.close();
  });
  return { http, url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` };
}

function clientOf(url: string, options: ClientOptions, sub = 'ada'): Client {
  const client = new Client(url, { token: tokenFor({ sub }), storage: memoryStorage(), ...options });
  client.connect();
  cleanup(() => client.disconnect());
  return client;
}

/** Writes into a song, and resolves when it is stored. */
async function write(url: string, options: ClientOptions, text = 'Hello'): Promise<Client> {
  const client = clientOf(url, options);
  const room = client.room('42');
  room.text.insert(0, text);
  await room.text.stored();
  return client;
}

/** The next of an event, whatever errors come before. */
function heard(socket: Socket, event: string): Promise<unknown> {
  return new Promise((resolve) => socket.once(event, resolve));
}

async function textOf(url: string): Promise<string> {
  return (await fetch(url)).text();
}

describe('attached to an HTTP server', () => {
  it('answers under /tutti, and leaves all else to the application', async () => {
    const { http, url } = await startApplication();
    const server = await startServer({ server: http });
    assert.equal(server.url, url);
    await write(url, { basePath: '/tutti' });
    assert.equal((await fetch(`${url}/tutti/api/v1/health`)).status, 200);
    assert.equal((await fetch(`${url}/tutti/metrics`)).status, 200);
    const unknown = await fetch(`${url}/tutti/nothing`);
    assert.match(await unknown.text(), /no route GET \/nothing/);
    for (const path of ['/', '/api/v1/health', '/socket.io/?EIO=4', '/tuttifrutti', '/metrics']) {
      assert.equal(await textOf(url + path), `application ${path}`);
    }
  });

  it('is the same by attach()', async () => {
    const { http, url } = await startApplication();
    const server = await attach(http, {
      basePath: '/songs',
      jwtSecret: secret,
      log: createMemoryLog(),
      logLevel: 'silent',
      drainMs: 0,
    });
    cleanup(() => server.close());
    await write(url, { basePath: '/songs' });
  });

  it('polling and WebSockets alike', async () => {
    const { http, url } = await startApplication();
    await startServer({ server: http });
    for (const transport of ['polling', 'websocket'] as const)
      await write(url, { basePath: '/tutti', transports: [transport] });
  });

  it('keeps its requests from whoever listens, also later', async () => {
    const heard: (string | undefined)[] = [];
    const { http, url } = await startApplication((request, response) => {
      heard.push(request.url);
      response.end();
    });
    await startServer({ server: http });
    http.on('request', (request: IncomingMessage) => heard.push(`later ${request.url}`));
    http.on('upgrade', (request, socket) => {
      heard.push(`upgrade ${request.url}`);
      socket.destroy();
    });
    http.on('checkContinue', (request: IncomingMessage) => heard.push(`continue ${request.url}`));
    await write(url, { basePath: '/tutti' });
    await fetch(`${url}/tutti/api/v1/health`);
    const expecting = ask(`${url}/tutti/api/v1/health`, { headers: { Expect: '100-continue' } });
    const continued = Promise.all([once(expecting, 'continue'), once(expecting, 'response')]);
    expecting.flushHeaders();
    expecting.end();
    await continued;
    await fetch(`${url}/own`);
    assert.deepEqual(heard, ['/own', 'later /own']);
  });

  it('beside a WebSocket server of the application', async () => {
    const { http, url } = await startApplication();
    const own = new WebSocketServer({ noServer: true });
    http.on('upgrade', (request, socket, head) =>
      own.handleUpgrade(request, socket, head, (webSocket) => webSocket.send(`own ${request.url}`)),
    );
    await startServer({ server: http });
    await write(url, { basePath: '/tutti' });
    const webSocket = new WebSocket(`${url.replace('http', 'ws')}/ws`);
    const [message] = await once(webSocket, 'message');
    assert.equal(String(message), 'own /ws');
    webSocket.terminate();
  });

  it('what asks for an upgrade that nobody makes is answered as before', async () => {
    const { http, url } = await startApplication();
    const server = await startServer({ server: http });
    const upgrade = { Connection: 'Upgrade', Upgrade: 'h2c' };
    const answerTo = async (path: string) => {
      const [response] = (await once(get(url + path, { headers: upgrade, agent: false }), 'response')) as [
        IncomingMessage,
      ];
      const text = (await response.toArray()).join('');
      return [response.statusCode, text.slice(0, 16)];
    };
    assert.deepEqual(await answerTo('/own'), [200, 'application /own']);
    assert.deepEqual(await answerTo('/tutti/api/v1/health'), [200, '{"status":"ok","']);
    await server.close();
    assert.deepEqual(await answerTo('/own'), [200, 'application /own']);
  });

  it('closing leaves the HTTP server as it was', async () => {
    const { http, url } = await startApplication();
    const listeners = () => http.eventNames().map((name) => [name, http.listeners(name)]);
    const [before, emit] = [listeners(), http.emit];
    const signals = ['SIGINT', 'SIGTERM', 'exit', 'uncaughtException', 'unhandledRejection'];
    const ofProcess = () => signals.map((name) => process.listenerCount(name));
    const handlers = ofProcess();
    const server = await startServer({ server: http });
    assert.deepEqual(ofProcess(), handlers);
    const client = await write(url, { basePath: '/tutti' });
    const lost = new Promise((resolve) => client.on('lost', resolve));
    await server.close();
    await lost;
    assert.deepEqual(listeners(), before);
    assert.equal(http.emit, emit);
    assert.ok(!Object.hasOwn(http, 'emit'));
    assert.ok(http.listening);
    assert.equal(await textOf(`${url}/tutti/api/v1/health`), 'application /tutti/api/v1/health');
    client.disconnect();
    // And there may be another.
    await startServer({ server: http });
    await write(url, { basePath: '/tutti' });
  });

  it('two under different paths, and none under the same', async () => {
    const { http, url } = await startApplication();
    await startServer({ server: http, basePath: '/one' });
    await startServer({ server: http, basePath: '/two' });
    await write(url, { basePath: '/one' }, 'one');
    await write(url, { basePath: '/two' }, 'two');
    for (const basePath of ['/one', '/two/of', '']) {
      await assert.rejects(startServer({ server: http, basePath }), ConfigError);
    }
    await write(url, { basePath: '/one' }, 'still ');
  });

  it('Socket.IO may be elsewhere', async () => {
    const { http, url } = await startApplication();
    await startServer({ server: http, socketPath: '/realtime' });
    await write(url, { socketPath: '/realtime' });
    assert.equal((await fetch(`${url}/tutti/api/v1/health`)).status, 200);
  });

  it('before the application listens', async () => {
    const http = createServer((_, response) => response.end('application'));
    const server = await startServer({ server: http });
    assert.throws(() => server.url, /listens on no port/);
    await once(http.listen(0, '127.0.0.1'), 'listening');
    cleanup(() => http.close());
    await write(server.url, { basePath: '/tutti' });
  });

  it('turns of answers, and cuts for sending ahead, are for its own requests alone', async () => {
    const { http, url } = await startApplication();
    await startServer({ server: http });
    const socket = connectSocket(Number(new URL(url).port), '127.0.0.1');
    cleanup(() => socket.destroy());
    let received = '';
    socket.setEncoding('utf8').on('data', (text: string) => (received += text));
    socket.write('GET /own HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(200));
    await until(() => received.split('application /own').length === 201);
  });

  it('answers where a handler is mounted that takes off its path', async () => {
    const own = await startServer({ io: new SocketServer() });
    const { url } = await startApplication((request, response) => {
      if (!request.url?.startsWith('/tutti')) return response.end('application');
      // As Express does it.
      Object.assign(request, { originalUrl: request.url, url: request.url.slice('/tutti'.length) });
      return own.handler(request, response);
    });
    assert.equal((await fetch(`${url}/tutti/api/v1/health`)).status, 200);
    assert.equal(await textOf(`${url}/own`), 'application');
  });

  it('refuses a body that the application has read, and empties no song', async () => {
    const own = await startServer({ io: new SocketServer() });
    await own.room('song:1').text.insert(0, 'Hello');
    const { url } = await startApplication((request, response) => {
      request.resume().once('end', () => own.handler(request, response));
    });
    const headers = { Authorization: `Bearer ${tokenFor({ sub: 'ada' })}` };
    const init = { method: 'PUT', headers, body: 'Hello you' };
    const answer = await fetch(`${url}/tutti/api/v1/rooms/song:1/text`, init);
    assert.equal(answer.status, 400);
    assert.match(await answer.text(), /read it before/);
    assert.equal((await own.room('song:1').text.read()).text, 'Hello');
  });
});

describe('beside an application on its Socket.IO', () => {
  async function startShared(options: Parameters<typeof startServer>[0] = {}) {
    const { http, url } = await startApplication();
    const own = new SocketServer(http);
    own.on('connection', (socket) => socket.on('chat', (text, answer) => answer(`heard ${text}`)));
    cleanup(() => own.close());
    const server = await startServer({ io: own, server: http, ...options });
    return { own, server, url };
  }
  const place = { namespace: '/tutti' };

  it('has a namespace of its own, and asks nobody else for a token', async () => {
    const { url } = await startShared();
    const chat = io(url, { forceNew: true });
    cleanup(() => chat.disconnect());
    await write(url, place);
    assert.equal(await chat.emitWithAck('chat', 'hi'), 'heard hi');
    assert.equal((await fetch(`${url}/tutti/api/v1/health`)).status, 200);
    const stranger = clientOf(url, { ...place, token: 'none' });
    await new Promise((resolve) => stranger.on('failed', resolve));
    assert.equal(stranger.state.refusal?.error_code, 'unauthorized');
  });

  it('others hear what is written, encoded once', async () => {
    const { url } = await startShared();
    const ben = clientOf(url, place, 'ben');
    const { text } = ben.room('42');
    await write(url, place);
    await until(() => text.text === 'Hello');
  });

  it('on one transport with the application, which goes on when it is sent away there', async () => {
    const { server, url } = await startShared();
    const chat = io(url);
    const songs = chat.io.socket('/tutti', { auth: { token: tokenFor({ sub: 'ada' }) } });
    cleanup(() => chat.io._close());
    await heard(songs, 'connected');
    const event = heard(songs, 'event');
    assert.deepEqual(await server.publish([{ all: true, type: 'song.named' }]), [{ ok: true }]);
    await event;
    const gone = heard(songs, 'disconnect');
    await server.close();
    await gone;
    assert.equal(await chat.emitWithAck('chat', 'still'), 'heard still');
  });

  it('who disconnects and connects again on one transport leaves no place taken and nothing behind', async () => {
    const { own, url } = await startShared({ maxConnectionsPerUser: 1 });
    const chat = io(url, { transports: ['websocket'] });
    const songs = chat.io.socket('/tutti', { auth: { token: tokenFor({ sub: 'ada' }) } });
    cleanup(() => chat.io._close());
    await heard(songs, 'connected');
    const [conn] = [...own.sockets.sockets.values()].map((socket) => socket.conn);
    assert.ok(conn);
    const names = ['packet', 'packetCreate', 'flush', 'close', 'heartbeat'];
    const listeners = () => names.map((name) => conn.listenerCount(name));
    const before = listeners();
    for (let round = 0; round < 5; round++) {
      songs.disconnect();
      await chat.emitWithAck('chat', 'hi');
      songs.connect();
      await heard(songs, 'connected');
    }
    assert.deepEqual(listeners(), before);
    assert.equal(await chat.emitWithAck('chat', 'hi'), 'heard hi');
  });

  it('a user who floods is sent away, and the application hears on', async () => {
    const { url } = await startShared({ maxMessageBytes: 16, maxOperationBytes: 16 });
    const chat = io(url, { transports: ['websocket'] });
    const songs = chat.io.socket('/tutti', { auth: { token: tokenFor({ sub: 'ada' }) } });
    cleanup(() => chat.io._close());
    await heard(songs, 'connected');
    const gone = heard(songs, 'disconnect');
    for (let at = 0; at < 40; at++) songs.emit('nothing', 'x'.repeat(60_000));
    await gone;
    assert.equal(await chat.emitWithAck('chat', 'x'.repeat(60_000)), `heard ${'x'.repeat(60_000)}`);
  });

  it('refuses pages of other origins there alone', async () => {
    const { url } = await startShared();
    const extraHeaders = { Origin: 'https://elsewhere.example' };
    const chat = io(url, { transports: ['websocket'], extraHeaders });
    const songs = chat.io.socket('/tutti', { auth: { token: tokenFor({ sub: 'ada' }) } });
    cleanup(() => chat.io._close());
    const error = await heard(songs, 'connect_error');
    assert.equal((error as { data: { error_code: string } }).data.error_code, 'forbidden');
    assert.equal(await chat.emitWithAck('chat', 'hi'), 'heard hi');
  });

  it('closing lets go of the namespace, and another may have it', async () => {
    const { own, server, url } = await startShared();
    await write(url, place);
    await assert.rejects(startServer({ io: own }), /namespace: \/tutti of io is in use/);
    await server.close();
    await startServer({ io: own });
    await write(url, place);
  });
});

describe("on Tutti's own Socket.IO", () => {
  it('an application has namespaces besides, which ask for no token and may say more', async () => {
    const server = await startServer();
    server.io.of('/chat').on('connection', (socket) => {
      (
        socket as unknown as { on(name: string, listen: (text: string, answer: (text: string) => void) => void): void }
      ).on('chat', (text, answer) => answer(`heard ${text.length}`));
    });
    const chat = io(`${server.url}/chat`, { forceNew: true, transports: ['websocket'] });
    cleanup(() => chat.disconnect());
    for (let at = 0; at < 40; at++) assert.equal(await chat.emitWithAck('chat', 'x'.repeat(50_000)), 'heard 50000');
    await write(server.url, {});
  });

  it('under a base path and in a namespace', async () => {
    const server = await startServer({ basePath: '/tutti', namespace: '/songs' });
    await write(server.url, { basePath: '/tutti', namespace: '/songs' });
    assert.equal((await fetch(`${server.url}/api/v1/health`)).status, 404);
    const stranger = io(server.url, { path: '/tutti/socket.io', forceNew: true, reconnection: false });
    cleanup(() => stranger.disconnect());
    await heard(stranger, 'disconnect');
  });

  it('paths and namespaces that make no sense are refused', async () => {
    for (const basePath of ['tutti', '/', '/tutti/', '/a//b', '/../a', '/a?b', '/a b'])
      await assert.rejects(startServer({ basePath }), /BASE_PATH: expected a path such as \/tutti/);
    await assert.rejects(startServer({ socketPath: '' }), ConfigError);
    await assert.rejects(startServer({ namespace: 'songs' }), ConfigError);
  });
});
