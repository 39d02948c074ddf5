import assert from 'node:assert/strict';
import { Connection } from '../../client/connection/connection.ts';
import type { ConnectionOptions } from '../../client/connection/options.ts';
import type { ConnectionStatus } from '../../client/connection/state.ts';
import { Refusal } from '../../shared/refusals.ts';
import { cleanup } from '../support/cleanup.ts';
import { moveAhead } from '../support/monotonic.ts';
import { freePort } from '../support/ports.ts';
import { UnreliableProxy } from '../support/proxy.ts';
import { startServer, tokenFor } from '../support/server.ts';
import { until } from '../support/until.ts';

/** A connection that ends with the test; it is not begun. */
function connectionTo(server: { url: string }, options: ConnectionOptions = {}): Connection {
  const connection = new Connection(server.url, { token: tokenFor({ sub: 'ada' }), ...options });
  cleanup(() => connection.disconnect());
  return connection;
}

/** The same, begun and connected. */
async function connected(server: { url: string }, options: ConnectionOptions = {}): Promise<Connection> {
  const connection = connectionTo(server, options);
  connection.connect();
  await until(() => connection.isConnected);
  return connection;
}

/** Waits for nothing between attempts. */
function impatient(connection: Connection): void {
  connection.on('state', () => connection.retryNow());
}

/** A bad way to a server; to nobody while `server.isAway`. */
async function proxyTo(server: { url: string; isAway?: boolean }): Promise<UnreliableProxy> {
  const proxy = await UnreliableProxy.open(() => (server.isAway ? undefined : server));
  cleanup(() => proxy.close());
  return proxy;
}

/** The names of what is told from now on: each status, and the events for banners. */
function told(connection: Connection): string[] {
  const names: string[] = [];
  let last: ConnectionStatus = connection.status;
  connection.on('state', ({ status }) => {
    if (status !== last) names.push(status);
    last = status;
  });
  for (const banner of ['lost', 'restored', 'failed'] as const) connection.on(banner, () => void names.push(banner));
  return names;
}

const inSeconds = (seconds: number) => ({ exp: Math.floor(Date.now() / 1000) + seconds });

describe('a connection', () => {
  it('begins when it is told to, and ends so', async () => {
    const server = await startServer();
    const connection = connectionTo(server);
    const names = told(connection);
    assert.equal(connection.status, 'initial');
    connection.connect();
    connection.connect();
    await until(() => connection.isConnected);
    assert.deepEqual(connection.greeting?.user, { user_id: 'ada', name: 'ada', org_id: '' });
    connection.disconnect();
    assert.equal(await connection.ask('ping', {}), undefined);
    connection.connect();
    await until(() => connection.isConnected);
    assert.deepEqual(names, ['connecting', 'connected', 'disconnected', 'connecting', 'connected']);
  });

  it('knows its latency, and what time it is at the server', async () => {
    const connection = await connected(await startServer());
    const { latency } = await until(() => connection.state.latency !== undefined && connection.state);
    assert.ok(latency !== undefined && latency >= 0 && latency < 1_000, `${latency}`);
    assert.ok(Math.abs(connection.serverTimeOffset) < 1_000, `${connection.serverTimeOffset}`);
    assert.ok(Math.abs(connection.serverTime - Date.now()) < 1_000);
  });

  it('hears the server’s events until it stops listening', async () => {
    const connection = await connected(await startServer());
    const heard: string[] = [];
    const stop = connection.on('pong', () => void heard.push('stopped'));
    connection.on('pong', () => void heard.push('listening'));
    stop();
    connection.send('ping', {});
    await until(() => heard.length > 0);
    assert.deepEqual(heard, ['listening']);
  });

  it('drops what is sent while there is none', async () => {
    const connection = connectionTo(await startServer());
    const times: number[] = [];
    connection.on('pong', ({ timestamp }) => void times.push(timestamp));
    connection.send('ping', {});
    connection.connect();
    await until(() => connection.isConnected);
    connection.send('ping', {});
    await connection.request('ping', {});
    assert.equal(times.length, 1);
  });
});

describe('a connection that is lost', () => {
  it('comes back, and says so', async () => {
    const proxy = await proxyTo(await startServer());
    const connection = await connected(proxy);
    const before = connection.greeting?.connection_id;
    const names = told(connection);
    proxy.cut();
    await until(() => names.includes('restored'));
    assert.deepEqual(names, ['reconnecting', 'lost', 'connected', 'restored']);
    assert.notEqual(connection.greeting?.connection_id, before);
    await until(() => connection.state.retryCount === 0);
  });

  it('comes back when the server does, however long that takes', async () => {
    const port = await freePort();
    const first = await startServer({ port });
    const connection = await connected(first);
    impatient(connection);
    const names = told(connection);
    await first.close();
    await until(() => connection.state.retryCount > 20);
    assert.match(connection.state.refusal?.message ?? '', /can not be reached/);
    await startServer({ port });
    await until(() => connection.isConnected);
    assert.equal(connection.state.refusal, undefined);
    assert.deepEqual(names, ['reconnecting', 'lost', 'connected', 'restored']);
  });

  it('says when it tries again', async () => {
    const server = { url: (await startServer()).url, isAway: false };
    const proxy = await proxyTo(server);
    const connection = await connected(proxy);
    server.isAway = true;
    proxy.cut();
    const { retryAt, retryCount } = await until(() => connection.state.retryAt !== undefined && connection.state);
    // Each time it may wait twice as long as before; a short wait may have passed already.
    assert.ok(retryAt && retryAt - Date.now() <= 1_000 * 2 ** (retryCount - 1));
  });

  it('is noticed by the server’s heartbeat where it went without a word', async () => {
    const proxy = await proxyTo(await startServer({ heartbeatIntervalMs: 100, heartbeatTimeoutMs: 100 }));
    const connection = await connected(proxy);
    const names = told(connection);
    proxy.loseAnswers();
    await until(() => names.includes('restored'));
  });

  it('gives up after as many attempts as it may make', async () => {
    const server = { url: (await startServer()).url, isAway: false };
    const proxy = await proxyTo(server);
    let asked = 0;
    const token = () => {
      asked += 1;
      return tokenFor({ sub: 'ada' });
    };
    const connection = await connected(proxy, { token, maxReconnectAttempts: 3 });
    await until(() => connection.state.latency !== undefined);
    impatient(connection);
    const names = told(connection);
    server.isAway = true;
    proxy.cut();
    await until(() => connection.status === 'disconnected');
    assert.equal(asked, 1 + 3);
    assert.deepEqual(names, ['reconnecting', 'lost', 'disconnected', 'failed']);
    server.isAway = false;
    connection.connect();
    await until(() => connection.isConnected);
  });

  it('stays away where a listener ends it', async () => {
    for (const event of ['state', 'lost'] as const) {
      const proxy = await proxyTo(await startServer());
      const connection = await connected(proxy);
      const names = told(connection);
      connection.on(event, ({ status }) => {
        if (status === 'reconnecting') connection.disconnect();
      });
      proxy.cut();
      await until(() => connection.status === 'disconnected');
      connection.retryNow();
      assert.equal(connection.status, 'disconnected');
      assert.equal(connection.state.retryAt, undefined);
      assert.deepEqual(names.slice(0, 1), ['reconnecting']);
      assert.equal(names.at(-1), 'disconnected');
    }
  });

  it('answers what was asked over it with nothing', async () => {
    const proxy = await proxyTo(await startServer());
    const connection = await connected(proxy);
    proxy.loseAnswers();
    const answer = connection.ask('ping', {});
    const request = connection.request('join_room', { room_id: 'song:1' });
    proxy.cut();
    assert.equal(await answer, undefined);
    await assert.rejects(request, { error_code: 'unavailable' });
  });

  it('is not waited for longer than it may take', async () => {
    const proxy = await proxyTo(await startServer());
    const connection = await connected(proxy, { timeout: 100 });
    await until(() => connection.state.latency !== undefined);
    proxy.loseAnswers();
    assert.equal(await connection.ask('ping', {}), undefined);
    assert.equal(connection.status, 'connected');
  });
});

describe('where WebSockets are', () => {
  it('refused, it polls', async () => {
    const proxy = await proxyTo(await startServer());
    proxy.webSockets = 'refuse';
    const connection = await connected(proxy);
    assert.equal(connection.state.retryCount, 0);
    await connection.request('join_room', { room_id: 'song:1' });
  });

  it('swallowed, it polls after an attempt that had no answer', async () => {
    const proxy = await proxyTo(await startServer());
    proxy.webSockets = 'swallow';
    const connection = connectionTo(proxy, { timeout: 500 });
    impatient(connection);
    connection.connect();
    await until(() => connection.isConnected);
    await connection.request('join_room', { room_id: 'song:1' });
  });
});

describe('in a page', () => {
  /** The least of a page: it can be told that the network is there, and be looked at. */
  function openPage() {
    const window = new EventTarget();
    const document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
    Object.assign(globalThis, { window, document });
    cleanup(() => {
      for (const name of ['window', 'document']) Reflect.deleteProperty(globalThis, name);
    });
    return {
      online: () => window.dispatchEvent(new Event('online')),
      lookedAt: () => document.dispatchEvent(new Event('visibilitychange')),
    };
  }

  it('it tries at once when the network is there again', async () => {
    const page = openPage();
    const refuse = new Refusal('rate_limited', 'not now', { retry_after_ms: 3_600_000 });
    const answers = [Promise.reject(refuse), Promise.resolve(undefined)];
    answers[0]?.catch(() => {});
    const server = await startServer({ authenticate: () => answers.shift() });
    const connection = connectionTo(server);
    connection.connect();
    const { retryAt } = await until(() => connection.state.retryAt !== undefined && connection.state);
    assert.ok(retryAt && retryAt - Date.now() > 3_590_000, 'waits as long as the server says');
    page.online();
    await until(() => connection.isConnected);
  });

  it('it notices a connection that died meanwhile when the page is looked at', async () => {
    const page = openPage();
    const proxy = await proxyTo(await startServer());
    const connection = await connected(proxy, { timeout: 200 });
    await until(() => connection.state.latency !== undefined);
    const names = told(connection);
    proxy.loseAnswers();
    page.lookedAt();
    await until(() => names.includes('restored'));
  });
});

describe('a token', () => {
  it('is asked for on every attempt, also where there was none the last time', async () => {
    const proxy = await proxyTo(await startServer());
    let asked = 0;
    const token = async () => {
      asked += 1;
      if (asked === 2) throw new Error('the application is away');
      return tokenFor({ sub: 'ada', name: `Ada ${asked}` });
    };
    const connection = await connected(proxy, { token });
    assert.equal(connection.greeting?.user.name, 'Ada 1');
    const refusals: (string | undefined)[] = [];
    connection.on('state', ({ refusal }) => void refusals.push(refusal?.message));
    impatient(connection);
    proxy.cut();
    await until(() => connection.isConnected && asked === 3);
    assert.equal(connection.greeting?.user.name, 'Ada 3');
    assert.ok(refusals.includes('no token: the application is away'));
  });

  it('that is refused is replaced by the function’s next', async () => {
    const tokens = ['garbage', tokenFor({ sub: 'ada' })];
    const connection = connectionTo(await startServer(), { token: () => tokens.shift() ?? '' });
    impatient(connection);
    connection.connect();
    await until(() => connection.isConnected);
    assert.deepEqual(tokens, []);
  });

  it('that is refused is the end where there is no other', async () => {
    const connection = connectionTo(await startServer(), { token: 'garbage' });
    const names = told(connection);
    connection.connect();
    await until(() => connection.status === 'disconnected');
    assert.deepEqual(names, ['connecting', 'disconnected', 'failed']);
    assert.equal(connection.state.refusal?.error_code, 'unauthorized');
  });

  it('of someone who may not come in is the end, whoever asks', async () => {
    const authenticate = () => {
      throw new Refusal('forbidden', 'banned');
    };
    const connection = connectionTo(await startServer({ authenticate }), { token: () => tokenFor({ sub: 'eve' }) });
    connection.connect();
    await until(() => connection.status === 'disconnected');
    assert.equal(connection.state.refusal?.message, 'banned');
  });

  it('that expires is replaced without leaving a room', async () => {
    const server = await startServer();
    const tokens = [
      tokenFor({ sub: 'ada', rooms: { '*': 'editor' }, ...inSeconds(30) }),
      '',
      tokenFor({ sub: 'ada', rooms: { '*': 'viewer' } }),
    ];
    const connection = await connected(server, { token: () => tokens.shift() ?? '' });
    const names = told(connection);
    await connection.request('join_room', { room_id: 'song:1' });
    await until(async () => (await connection.request('get_room_state', { room_id: 'song:1' })).role === 'viewer');
    assert.deepEqual(tokens, [], 'the one that was refused was followed by another');
    assert.deepEqual(names, [], 'it stayed connected');
  });

  it('that never comes is given up in time, and asked for again', async () => {
    let asked = 0;
    const token = () => {
      asked += 1;
      return asked === 1 ? new Promise<string>(() => {}) : tokenFor({ sub: 'ada' });
    };
    const connection = connectionTo(await startServer(), { token, timeout: 100 });
    const refusals: (string | undefined)[] = [];
    connection.on('state', ({ refusal }) => void refusals.push(refusal?.message));
    impatient(connection);
    connection.connect();
    await until(() => connection.isConnected);
    assert.ok(refusals.includes('no token: too late'), String(refusals));
  });

  it('that a function keeps until it expires is replaced then, and nothing is lost', async () => {
    const server = await startServer({ jwtClockToleranceMs: 60_000 });
    const { exp } = inSeconds(3);
    const kept = tokenFor({ sub: 'ada', rooms: { '*': 'editor' }, exp });
    let asked = 0;
    const token = () => {
      asked += 1;
      return Date.now() < exp * 1000 ? kept : tokenFor({ sub: 'ada', rooms: { '*': 'viewer' } });
    };
    const connection = await connected(server, { token });
    const names = told(connection);
    await connection.request('join_room', { room_id: 'song:1' });
    await until(async () => (await connection.request('get_room_state', { room_id: 'song:1' })).role === 'viewer');
    assert.deepEqual(names, [], 'it stayed connected');
    assert.ok(asked >= 3, `${asked} times`);
  });

  it('that expires is the end where there is no other', async () => {
    const server = await startServer({ tokenExpiryCloseMs: 0 });
    const connection = await connected(server, { token: tokenFor({ sub: 'ada', ...inSeconds(62) }) });
    moveAhead(62_000);
    await until(() => connection.status === 'disconnected');
    assert.equal(connection.state.refusal?.message, 'the token has expired');
  });
});
